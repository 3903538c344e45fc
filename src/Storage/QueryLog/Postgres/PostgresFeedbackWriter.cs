using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Storage.Common.Postgres;
using Progeny.Storage.QueryLog.Outcomes;

namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>Stores outcomes in the database of a cluster, each call by a few statements.</summary>
internal sealed class PostgresFeedbackWriter(ClusterDatabase database) : IFeedbackWriter
{
    private const int RemovedAtOnce = 1_000;

    /// <summary>What stands for an outcome by key in the index.</summary>
    internal static byte[] DigestOf(string key, string value) => SHA256.HashData(Encoding.UTF8.GetBytes($"{key}\0{value}"));

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutcomeChange>> ReportAsync(
        string project, IReadOnlyList<ReportedOutcome> reports, CancellationToken cancellationToken) =>
        database.WriteAsync((connection, token) => ReportAsync(connection, project, reports, token), cancellationToken);

    /// <inheritdoc/>
    public Task AddAsync(string project, IReadOnlyList<KeyedOutcome> outcomes, CancellationToken cancellationToken) => ExecuteAsync(
        """
        INSERT INTO keyed (project, key, at, value, observed_at, reported_at, hash, digest)
        SELECT @project, t.* FROM unnest(@keys, @ats, @values, @observed, @reported, @hashes, @digests) AS t ON CONFLICT DO NOTHING
        """,
        new
        {
            project,
            keys = outcomes.Select(outcome => Text(outcome.Key)).ToArray(),
            ats = outcomes.Select(outcome => QueryCodes.Encode(outcome.At)).ToArray(),
            values = outcomes.Select(outcome => Text(outcome.Value)).ToArray(),
            observed = outcomes.Select(outcome => QueryCodes.Encode(outcome.ObservedAt ?? outcome.At)).ToArray(),
            reported = outcomes.Select(outcome => QueryCodes.Encode(outcome.ReportedAt)).ToArray(),
            hashes = outcomes.Select(outcome => EntityHash.Of(outcome.Key)).ToArray(),
            digests = outcomes.Select(outcome => DigestOf(outcome.Key, outcome.Value)).ToArray(),
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutcomeChange>> SaveAsync(
        string project, IReadOnlyList<KeyedRow> rows, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, token) =>
            {
                var changes = await ReportAsync(
                    connection, project, [.. rows.Select(row => row.ToReport(now)).OfType<ReportedOutcome>()], token);
                await connection.ExecuteAsync(new CommandDefinition(
                    """
                    UPDATE keyed AS k SET query_id = t.query_id, tie = t.tie, fresh = 0 FROM unnest(@ids, @queries, @ties) AS t(id, query_id, tie) WHERE k.id = t.id
                    """,
                    new
                    {
                        ids = rows.Select(row => row.Id).ToArray(),
                        queries = rows.Select(row => row.QueryId).ToArray(),
                        ties = rows.Select(row => row.Tie).ToArray(),
                    },
                    cancellationToken: token));
                return changes;
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task MarkAsync(string project, long searched, CancellationToken cancellationToken) => ExecuteAsync(
        "INSERT INTO keyed_marks (project, searched) VALUES (@project, @searched) ON CONFLICT (project) DO UPDATE SET searched = "
            + "excluded.searched",
        new { project, searched },
        cancellationToken);

    /// <inheritdoc/>
    public Task IndexAsync(
        string project, IReadOnlyCollection<(long Hash, long First)> entities, long indexed, CancellationToken cancellationToken) =>
        ExecuteAsync(
        """
        INSERT INTO keyed_entities (project, hash, first, day)
        SELECT @project, t.hash, t.first, (SELECT d.day FROM log_days AS d WHERE d.first <= t.first ORDER BY d.day DESC LIMIT 1)
        FROM unnest(@hashes, @firsts) AS t(hash, first) WHERE EXISTS (SELECT 1 FROM log_days AS d WHERE d.first <= t.first) ON CONFLICT DO NOTHING;
        INSERT INTO keyed_marks (project, indexed) VALUES (@project, @indexed) ON CONFLICT (project) DO UPDATE SET indexed = excluded.indexed
        """,
        new { project, indexed, hashes = entities.Select(entity => entity.Hash).ToArray(), firsts = entities.Select(entity => entity.First)
            .ToArray() },
        cancellationToken);

    /// <inheritdoc/>
    public Task ForgetRemovedAsync(string project, CancellationToken cancellationToken) => ExecuteAsync(
        """
        DELETE FROM keyed_entities WHERE project = @project AND first <
            (SELECT min(coalesce((SELECT min(first) FROM segments WHERE origin = o.id), 9223372036854775807)) FROM origins AS o WHERE o.project = @project)
        """,
        new { project },
        cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(string project, DateTimeOffset before, CancellationToken cancellationToken) => await ExecuteAsync(
        "DELETE FROM keyed WHERE id IN (SELECT id FROM keyed WHERE project = @project AND reported_at < @time ORDER BY reported_at LIMIT "
            + "@RemovedAtOnce)",
        new { project, time = QueryCodes.Encode(before), RemovedAtOnce },
        cancellationToken) == RemovedAtOnce;

    private static async Task<IReadOnlyList<OutcomeChange>> ReportAsync(
        NpgsqlConnection connection, string project, IReadOnlyList<ReportedOutcome> reports, CancellationToken cancellationToken)
    {
        if (reports.Count == 0)
            return [];
        var changes = await connection.QueryAsync<int>(new CommandDefinition(
            "SELECT report_outcomes(@project, @hashes, @ids, @values, @observed, @reported, @reread)",
            new
            {
                project,
                hashes = reports.Select(report => QueryHash.Of(project, report.QueryId)).ToArray(),
                ids = reports.Select(report => Text(report.QueryId)).ToArray(),
                values = reports.Select(report => Text(report.Value)).ToArray(),
                observed = reports.Select(report => report.ObservedAt is { } at ? QueryCodes.Encode(at) : (long?)null).ToArray(),
                reported = reports.Select(report => QueryCodes.Encode(report.ReportedAt)).ToArray(),
                reread = reports.Select(report => report.IsReread).ToArray(),
            },
            cancellationToken: cancellationToken));
        return [.. changes.Select(change => (OutcomeChange)change)];
    }

    /// <summary>
    /// A text that PostgreSQL can hold: without NUL characters and halves of surrogate pairs, which no query id or class has.
    /// </summary>
    private static string Text(string text) => text.Contains('\0', StringComparison.Ordinal) || HasLoneSurrogate(text)
        ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD')
        : text;

    private static bool HasLoneSurrogate(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
                return true;
        }

        return false;
    }

    private Task<int> ExecuteAsync(string sql, object parameters, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, token) => connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: token)),
        cancellationToken);
}
