#include "daemon/log/rows.hpp"

#include <array>

namespace idferry::daemon::log {

std::span<const row> connection_rows()
{
    static constexpr auto rows = std::to_array<row>({
        {id::target_down, "target_down", level::error, "{sync}: target {connection} does not work: {reason}",
         "Requests to the target fail for everybody, not for one resource.",
         "Look at the target's status page and at `idferry check --live`. When it goes on, {sync} goes into quarantine "
         "and comes out by itself."},
        {id::source_down, "source_down", level::error, "{sync}: source {connection} cannot be read: {reason}",
         "Nothing is planned on a failed read, so nobody is changed and nobody loses access.",
         "Look at the source and at `idferry check --live`. New and leaving people wait until it answers."},
        {id::connection_back, "connection_back", level::notice,
         "{sync}: {connection} works again after {failures} failed cycles", "The connection answers as it should.",
         "Nothing."},
        {id::token_refused, "token_refused", level::error, "{sync}: {connection} refuses our credentials: {reason}",
         "The service answered 401 or 403, or gave no token. No request will succeed until that is repaired.",
         "Renew the secret of {connection} and check its permissions; `idferry check --live` tries it. A secret from "
         "{file:} or {command:} is picked up by itself, one from {credential:} after a restart."},
        {id::quarantine_entered, "quarantine_entered", level::error,
         "{sync}: in quarantine after {failures} failed cycles: {reason}; next probe at {next}",
         "The target keeps failing, so the sync is not run by its schedule: it probes, slower and slower.",
         "Repair what the sentence names. A clean probe releases the sync; `idferry quarantine release {sync}` does it "
         "at once."},
        {id::quarantine_probe, "quarantine_probe", level::info, "{sync}: probing out of quarantine",
         "One cycle tries whether the target works again.", "Nothing."},
        {id::quarantine_probe_failed, "quarantine_probe_failed", level::warning,
         "{sync}: still in quarantine: {reason}; next probe at {next}", "The probe failed like the cycles before it.",
         "Repair what the sentence names, then `idferry quarantine release {sync}`."},
        {id::quarantine_released, "quarantine_released", level::notice, "{sync}: out of quarantine by a clean probe",
         "The target works again; the schedule is in force again.", "Nothing."},
        {id::quarantine_released_by_hand, "quarantine_released_by_hand", level::notice,
         "{sync}: released from quarantine by {who}",
         "The next cycle runs by the schedule. When it fails, the quarantine comes back sooner than before.",
         "Nothing."},
        {id::quarantine_stays, "quarantine_stays", level::notice,
         "{sync}: is in quarantine since {since}: {reason}; next probe at {next}",
         "Found in the state when the daemon started or reloaded: a restart releases nobody.",
         "Repair what the sentence names, then `idferry quarantine release {sync}`."},

        {id::state_busy, "state_busy", level::warning, "the state is busy: {reason}",
         "Another process holds the database for longer than we wait.",
         "Look for a backup or a shell that has state.db open (fuser); the next cycle tries again."},
        {id::state_damaged, "state_damaged", level::critical, "the state is damaged: {reason}",
         "The file is no database, or its integrity is broken. idferry does not touch it.",
         "Stop idferry, keep a copy of the file, and put the last backup back. Without a backup an empty state adopts "
         "existing people by the matching rules: look at `idferry plan` first."},
        {id::state_newer, "state_newer", level::critical, "the state was written by a newer idferry: {reason}",
         "An older program must not write what it does not understand.",
         "Install the newer version again, or put the backup from before the upgrade back."},
        {id::state_unreadable, "state_unreadable", level::critical, "the state cannot be opened: {reason}",
         "A permission, or the folder itself, is missing.",
         "The folder must belong to the user that idferry runs as, with mode 0700."},
        {id::state_failed, "state_failed", level::error, "the state could not be written: {reason}",
         "A write failed. What was sent and not recorded is an open intent: it is looked up before anything else is "
         "planned.",
         "Look at the disk, its room and its file system (df, dmesg); then the next cycle goes on by itself."},
        {id::retention_done, "retention_done", level::info, "retention: {reason}",
         "Values in the audit trail and old cycles that are over their time were erased. The hash chain still "
         "verifies.",
         "Nothing."},
        {id::retention_failed, "retention_failed", level::error, "retention failed: {reason}",
         "Personal data that is over its time could not be erased.",
         "Look at the message of the state before this one; the next day tries again."},
        {id::audit_broken, "audit_broken", level::critical, "the audit trail does not verify: {reason}",
         "A line was changed or removed outside idferry: the chain of digests is broken there.",
         "Keep a copy of the state and find out who had access. `idferry audit --verify` names the place."},

        {id::secret_exposed, "secret_exposed", level::warning, "{reason}",
         "A file with a secret can be read by others than its owner.",
         "chmod 0600 the file, and renew the secret when others had access to the machine."},
        {id::secret_picked_up, "secret_picked_up", level::notice,
         "{connection}: {reference} changed and is used from now on",
         "A rotated secret of {file:} or {command:} was read again without a restart.", "Nothing."},
        {id::secret_needs_restart, "secret_needs_restart", level::info,
         "{connection}: {reference} stays as it was when the daemon started",
         "Said at each reload: systemd hands credentials and the environment over once, when the service starts.",
         "When this secret was rotated: systemctl restart idferry before the old one ends."},
        {id::secret_unreadable, "secret_unreadable", level::error, "{connection}: {reason}",
         "A secret could not be read, or is empty, so no request to this connection can be made.",
         "The sentence names the reference. Look at the file, its owner, or the command's exit status."},
        {id::token_expires_soon, "token_expires_soon", level::warning, "{connection}: the token ends at {until}",
         "A token that says so itself runs out soon.", "Renew it at {connection} before then."},
    });
    return rows;
}

} // namespace idferry::daemon::log
