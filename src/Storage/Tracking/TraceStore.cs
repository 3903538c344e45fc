using System.Data.Common;
using System.Globalization;
using Progeny.Core.Tracking;
using Progeny.Core.Tracking.Search;
using Progeny.Core.Tracking.Traces;
using Progeny.Storage.Tracking.Search;

namespace Progeny.Storage.Tracking;

/// <summary>The traces, on both databases.</summary>
internal sealed class TraceStore(TrackingDatabase database) : ITraceStore
{
    private const string Columns =
        "t.id, t.trace_id, t.experiment, t.at, t.duration, t.state, t.client_request_id, t.request_preview, t.response_preview";

    /// <inheritdoc/>
    public Task PutAsync(TraceInfo trace, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            await ExperimentStore.ThrowIfNotActiveAsync(session, trace.Experiment);
            var id = await session.ScalarAsync<long>(
                """
                INSERT INTO tracking_traces (
                    trace_id, experiment, at, duration, state, client_request_id, request_preview, response_preview)
                VALUES (
                    :TraceId, :Experiment, :RequestTime, :ExecutionDuration, :State, :ClientRequestId, :RequestPreview, :ResponsePreview)
                ON CONFLICT (trace_id) DO UPDATE SET experiment = excluded.experiment, at = excluded.at, duration = excluded.duration,
                    state = excluded.state, client_request_id = excluded.client_request_id,
                    request_preview = excluded.request_preview, response_preview = excluded.response_preview
                RETURNING id
                """,
                new
                {
                    trace.TraceId,
                    trace.Experiment,
                    trace.RequestTime,
                    trace.ExecutionDuration,
                    trace.State,
                    trace.ClientRequestId,
                    trace.RequestPreview,
                    trace.ResponsePreview,
                });
            await SetAllAsync(session, "tracking_trace_tags", id, trace.Tags);
            await SetAllAsync(session, "tracking_trace_metadata", id, trace.Metadata);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<TraceInfo?> FindAsync(string traceId, CancellationToken cancellationToken) => database.ReadAsync(
        async session => (await ReadAsync(session, "t.trace_id = :traceId", new { traceId })).FirstOrDefault(), cancellationToken);

    /// <inheritdoc/>
    public Task SetTagAsync(string traceId, string key, string? value, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var id = await session.ScalarAsync<long?>("SELECT id FROM tracking_traces WHERE trace_id = :traceId", new { traceId })
                ?? throw TrackingException.NoTrace(traceId);
            if (value is not null)
                await SetAllAsync(session, "tracking_trace_tags", id, [new(key, value)]);
            else if (await session.ExecuteAsync("DELETE FROM tracking_trace_tags WHERE trace = :id AND key = :key", new { id, key }) == 0)
                throw TrackingException.Missing($"No trace tag with key '{key}' for trace with ID '{traceId}'");
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<int> DeleteAsync(
        long experiment, IReadOnlyList<string>? ids, long? until, int? most, CancellationToken cancellationToken) => database.WriteAsync(
        async session =>
        {
            var sql = new FilterSql(database.Dialect, EntityTables.Traces);
            var which = ids is null ? $"t.at <= :{sql.Add(until ?? 0)}" : sql.In("t.trace_id", ids);
            var found = await session.ListAsync(
                $"""
                SELECT t.id FROM tracking_traces t WHERE t.experiment = :{sql.Add(experiment)} AND {which}
                ORDER BY t.at LIMIT :{sql.Add(most ?? int.MaxValue)}
                """,
                sql.Values,
                row => row.GetInt64(0));
            var traces = new { found = database.Dialect.List(found) };
            await session.ExecuteAsync($"DELETE FROM tracking_trace_tags WHERE {database.Dialect.In("trace", "found")}", traces);
            await session.ExecuteAsync($"DELETE FROM tracking_trace_metadata WHERE {database.Dialect.In("trace", "found")}", traces);
            return await session.ExecuteAsync($"DELETE FROM tracking_traces WHERE {database.Dialect.In("id", "found")}", traces);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<TrackingPage<TraceInfo>> SearchAsync(SearchRequest request, CancellationToken cancellationToken)
    {
        var sql = new FilterSql(database.Dialect, EntityTables.Traces);
        var (joins, terms) = sql.Order(request.Order, "t.at DESC, t.trace_id");
        var where = $"{sql.In("t.experiment", request.Experiments ?? [])} AND {sql.Where(request.Filter)}";
        var page = string.Create(
            CultureInfo.InvariantCulture, $"ORDER BY {terms} LIMIT {request.MaxResults + 1} OFFSET {request.Offset}");
        return database.ReadAsync(
            async session => PageToken.ToPage(request, await ReadAsync(session, $"{where} {page}", sql.Values, joins)), cancellationToken);
    }

    private static async Task SetAllAsync(
        TrackingSession session, string table, long trace, IEnumerable<KeyValuePair<string, string>> texts)
    {
        foreach (var (key, value) in texts)
        {
            await session.ExecuteAsync(
                $"""
                INSERT INTO {table} (trace, key, value) VALUES (:trace, :key, :value)
                ON CONFLICT (trace, key) DO UPDATE SET value = excluded.value
                """,
                new { trace, key, value });
        }
    }

    private async Task<List<TraceInfo>> ReadAsync(TrackingSession session, string condition, object values, string joins = "")
    {
        var found = await session.ListAsync(
            $"SELECT {Columns} FROM tracking_traces t{joins} WHERE {condition}", values, row => (Id: row.GetInt64(0), Trace: Read(row)));
        if (found.Count == 0)
            return [];
        var ids = new { ids = database.Dialect.List(found.Select(pair => pair.Id)) };
        var tags = await TextsAsync(session, "tracking_trace_tags", ids);
        var metadata = await TextsAsync(session, "tracking_trace_metadata", ids);
        return [.. found.Select(pair => pair.Trace with { Tags = ToTexts(tags[pair.Id]), Metadata = ToTexts(metadata[pair.Id]) })];
    }

    private async Task<ILookup<long, KeyValuePair<string, string>>> TextsAsync(TrackingSession session, string table, object ids) =>
        (await session.ListAsync(
            $"SELECT trace, key, value FROM {table} WHERE {database.Dialect.In("trace", "ids")} ORDER BY trace, key",
            ids,
            row => (Id: row.GetInt64(0), Text: KeyValuePair.Create(row.GetString(1), row.GetString(2))))).ToLookup(
                pair => pair.Id, pair => pair.Text);

    private static Dictionary<string, string> ToTexts(IEnumerable<KeyValuePair<string, string>> texts) =>
        new(texts, StringComparer.Ordinal);

    private static TraceInfo Read(DbDataReader row) => new()
    {
        TraceId = row.GetString(1),
        Experiment = row.GetInt64(2),
        RequestTime = row.GetInt64(3),
        ExecutionDuration = row.NumberOrNull(4),
        State = row.GetString(5),
        ClientRequestId = row.TextOrNull(6),
        RequestPreview = row.TextOrNull(7),
        ResponsePreview = row.TextOrNull(8),
    };
}
