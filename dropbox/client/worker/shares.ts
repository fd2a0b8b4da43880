// Shares of a thread (SPEC 12.4, 5.4): those that the page gives to readers, and those of earlier visits.

import type { Case } from "../cases/case.ts";
import type { Courier } from "../net/courier.ts";
import { FormatError, RefusedError } from "../shared/errors.ts";
import { Attachment, openFiles } from "../sealing/files.ts";
import { gather } from "../sealing/stream.ts";
import { messageId } from "../wire/plaintext.ts";
import { b64, parseObject } from "../wire/canonical.ts";
import { type ArchivedMessage, encodeArchives, parseArchive } from "../wire/messages/archive.ts";
import { checkKind } from "../wire/messages/kind.ts";
import { type Mailbox, type MailboxOwner, partsOf } from "./mailbox_reader.ts";

/** Return what the shares in a mailbox have given: the ids (b64) of messages by person. */
export async function givenIn(
  courier: Courier,
  owner: MailboxOwner,
  { shares }: Mailbox,
): Promise<Map<string, Set<string>>> {
  const given = new Map<string, Set<string>>();
  for (const { entry, front, message } of shares) {
    const raw = await gather(openFiles(front, entry.size, message, partsOf(courier, owner, entry))).catch(noneOf);
    const ids = raw ? idsIn(raw) : [];
    for (const person of message.head.to.map(b64)) given.set(person, new Set([...(given.get(person) ?? []), ...ids]));
  }
  return given;
}

/** Return archives of these messages of a case, in order, each as an attachment. */
export async function archivesOf(
  { messages }: Case,
  ids: Iterable<string>,
  { thread }: Mailbox,
): Promise<readonly Attachment[]> {
  const wanted = new Set(ids);
  const archived = messages.flatMap(({ id, day }): ArchivedMessage[] => {
    const found = wanted.has(id) ? thread.get(id) : undefined;
    if (!found) return [];
    const { contentKey, mac, signature, rawHead } = found.message;
    return [{ key: contentKey, day, place: null, gone: false, mac, signature, head: rawHead }];
  });
  const archives = encodeArchives(archived).map((raw) => Attachment.read(new Blob([raw]), "", "", () => undefined));
  return Promise.all(archives);
}

/** A share that cannot be read counts as not given: its messages are shared again. */
function noneOf(error: unknown): null {
  if (error instanceof FormatError || error instanceof RefusedError) return null;
  throw error;
}

function idsIn(raw: Parameters<typeof parseArchive>[0]): readonly string[] {
  try {
    return parseArchive(raw).map(({ mac, head }) => b64(messageId(checkKind(parseObject(head)["kind"]), mac, head)));
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}
