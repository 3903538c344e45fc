namespace Progeny.Core.Security.Audit;

/// <summary>Work over the whole audit log.</summary>
public static class AuditLogExtensions
{
    private const int BatchSize = 1_000;

    /// <summary>Checks the chain from an entry to its end.</summary>
    public static async Task<AuditVerification> VerifyAsync(
        this IAuditLog log, long from, AuditSeal seal, CancellationToken cancellationToken)
    {
        var begin = await FirstAsync(log, cancellationToken);
        var found = await VerifyOnceAsync(log, from, seal, cancellationToken);

        // Entries that were removed by age in the meantime look like missing ones.
        return found.IsIntact || await FirstAsync(log, cancellationToken) == begin
            ? found
            : await VerifyOnceAsync(log, from, seal, cancellationToken);
    }

    private static async Task<AuditVerification> VerifyOnceAsync(
        IAuditLog log, long from, AuditSeal seal, CancellationToken cancellationToken)
    {
        var verifier = new AuditVerifier(from);
        var end = await log.GetEndAsync(cancellationToken);
        // Numbers below 1 are no entries' of a node, and so found.
        var after = from > 1 ? from - 1 : long.MinValue;
        while (true)
        {
            var batch = await log.ReadAsync(after, BatchSize, cancellationToken);
            if (batch.Count == 0 || after >= end.Last)
            {
                // What is written meanwhile moves the end; an entry behind the end was put in by somebody else.
                if (batch.Count > 0 && (await log.GetEndAsync(cancellationToken)).Last < batch[0].Sequence)
                    verifier.Add(batch[0]);
                return verifier.Complete(end, seal);
            }

            foreach (var entry in batch.TakeWhile(entry => entry.Sequence <= end.Last))
            {
                if (!verifier.Add(entry))
                    return verifier.Complete(end, seal);
            }

            after = Math.Min(batch[^1].Sequence, end.Last);
        }
    }

    private static async Task<long> FirstAsync(IAuditLog log, CancellationToken cancellationToken) =>
        await log.ReadAsync(long.MinValue, 1, cancellationToken) is [var first] ? first.Sequence : 0;
}
