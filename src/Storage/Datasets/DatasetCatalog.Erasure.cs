using System.Text.Json;
using Dapper;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Contracts;
using Progeny.Storage.Datasets.Removal;

namespace Progeny.Storage.Datasets;

/// <content>Files that take the place of others.</content>
public abstract partial class DatasetCatalog
{
    /// <summary>The parts of all versions of a dataset, each once.</summary>
    internal Task<IReadOnlyList<DatasetPart>> ListAllPartsAsync(string dataset, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<DatasetPart>>(
            async (connection, token) =>
            [
                .. (await connection.QueryAsync<DatasetPart>(new CommandDefinition(
                    "SELECT digest, rows, bytes FROM dataset_parts WHERE dataset = :dataset ORDER BY first, number",
                    new { dataset },
                    cancellationToken: token))).DistinctBy(part => part.Digest),
            ],
            cancellationToken);

    /// <summary>Has files take the place of others in all versions, which keep their numbers, lose profile and original file and say why.
    /// </summary>
    /// <returns>How many versions have other rows now, and how many lost the file that was sent.</returns>
    internal Task<(int Versions, int Originals)> ReplaceAsync(
        string dataset, RewrittenFiles files, ErasureDecision decision, CancellationToken cancellationToken) => WriteAsync(
        async (connection, token) =>
        {
            await LockAsync(connection, dataset, token);
            var changed = (await connection.QueryAsync<(int First, int? Last, string Digest)>(new CommandDefinition(
                    "SELECT first, last, digest FROM dataset_parts WHERE dataset = :dataset", new { dataset }, cancellationToken: token)))
                .Where(part => files.Parts.ContainsKey(part.Digest)).ToList();
            foreach (var (old, part) in files.Parts)
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    "UPDATE dataset_parts SET digest = :Digest, rows = :Rows, bytes = :Bytes WHERE dataset = :dataset AND digest = :old",
                    new { dataset, old, part.Digest, part.Rows, part.Bytes },
                    cancellationToken: token));
            }

            HashSet<int> own = [.. changed.Select(part => part.First)];
            foreach (var (old, left) in files.Quarantine)
            {
                var document = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                    "SELECT document FROM dataset_quarantine WHERE dataset = :dataset AND digest = :old AND state = 'Waiting'",
                    new { dataset, old },
                    cancellationToken: token));
                if (document is null)
                    continue;
                var entry = JsonSerializer.Deserialize<QuarantineEntry>(document, _json)!;
                own.Add(entry.Version);
                await SaveAsync(
                    connection,
                    left is null
                        ? entry with
                        {
                            State = QuarantineState.Dropped, Dropped = new HeldDecision(false, decision.By, decision.At, decision.Note),
                        }
                        : entry with { Digest = left.Digest, Rows = left.Rows, Bytes = left.Bytes, Rules = left.Rules },
                    token);
            }

            var (versions, originals) = (0, 0);
            var documents = await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT document FROM dataset_versions WHERE dataset = :dataset AND state <> 'Removed'",
                new { dataset },
                cancellationToken: token));
            foreach (var version in documents.Select(ReadVersion).ToList())
            {
                var number = version.Version;
                var hasChanged = changed.Exists(part => part.First <= number && (part.Last is null || part.Last >= number));
                if (!hasChanged && !own.Contains(number))
                    continue;
                var parts = await ListPartsAsync(connection, dataset, number, token);
                versions += hasChanged ? 1 : 0;
                originals += own.Contains(number) && version.Digest is not null ? 1 : 0;
                await SaveAsync(
                    connection,
                    version with
                    {
                        Rows = parts.Sum(part => part.Rows),
                        Profile = null,
                        Digest = own.Contains(number) ? null : version.Digest,
                        Note = version.Note is { } said && !said.EndsWith(decision.Note, StringComparison.Ordinal)
                            ? $"{said} {decision.Note}"
                            : decision.Note,
                    },
                    token);
            }

            return (versions, originals);
        },
        cancellationToken);
}
