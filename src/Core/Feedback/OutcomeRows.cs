using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Feedback;

/// <summary>The rows of a manifest's <c>outcomes.query</c>: each an outcome by query id, or by key and time.</summary>
internal sealed class OutcomeRows
{
    private const string QueryIdColumn = "query_id";
    private const string OutcomeColumn = "outcome";
    private const string ObservedColumn = "observed_at";
    private const string AtColumn = "at";

    // The years 1 to 9999.
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    private readonly Manifest manifest;
    private readonly IFeedReader rows;
    private readonly TimeProvider time;
    private readonly List<string> columns;
    private readonly int queryId;
    private readonly int outcome;
    private readonly int observedAt;
    private readonly int key = -1;
    private readonly int at = -1;

    /// <exception cref="FeedException">A column is missing.</exception>
    public OutcomeRows(Manifest manifest, IFeedReader rows, TimeProvider time)
    {
        (this.manifest, this.rows, this.time) = (manifest, rows, time);
        columns = [.. rows.Columns];
        queryId = columns.IndexOf(QueryIdColumn);
        observedAt = columns.IndexOf(ObservedColumn);
        if (manifest.Entity is { } entity && columns.Contains(entity) && columns.Contains(AtColumn))
            (key, at) = (columns.IndexOf(entity), columns.IndexOf(AtColumn));
        if (queryId < 0 && key < 0)
            throw Lacks($"'{QueryIdColumn}'{(manifest.Entity is { } field ? $", nor '{field}' and '{AtColumn}'" : "")}");
        if (queryId < 0 && manifest.Serving.Redact.Contains(manifest.Entity!))
            throw new FeedException(
                manifest.Outcomes!.Feed,
                $"outcomes.query yields no '{QueryIdColumn}', and serving.redact keeps '{manifest.Entity}' out of the log, in which it "
                    + "would be searched for.");
        outcome = Require(OutcomeColumn);
    }

    /// <summary>The index of a column.</summary>
    /// <exception cref="FeedException">There is none of that name.</exception>
    public int Require(string column) => columns.IndexOf(column) is >= 0 and var index ? index : throw Lacks($"'{column}'");

    /// <summary>The row on which the reader stands: one of both kinds, or what is wrong with it.</summary>
    public (ReportedOutcome? ById, KeyedOutcome? ByKey, string? Problem) Read()
    {
        var id = Text(queryId);
        var byKey = id.Length == 0 && key >= 0;
        var name = byKey ? manifest.Entity! : QueryIdColumn;
        if (byKey)
            id = Text(key);
        if (id.Length is 0 or > QueryRowsReader.MaxRowIdCharacters)
            return (null, null, $"{(id.Length == 0 ? $"A row has no {name}" : $"The {name} {id[..40]}… is too long")}; 1 to "
                + $"{QueryRowsReader.MaxRowIdCharacters} characters would be right.");
        var about = byKey ? $"{name} '{id}'" : $"Query '{id}'";
        var (value, problem) = OutcomeValues.Read(manifest, rows.GetValue(outcome));
        if (value is null)
            return (null, null, $"{about}: {problem}.");
        if (!TryTime(observedAt, out var observed))
            return (null, null, NoTime(about, observedAt));
        var now = time.GetUtcNow();
        if (!byKey)
            return (new ReportedOutcome(id, value, observed, now) { IsReread = true }, null, null);
        return TryTime(at, out var asked) && asked is { } moment
            ? (null, new KeyedOutcome(id, moment, value, observed, now), null)
            : (null, null, NoTime(about, at));
    }

    private string Text(int column) => column < 0 || rows.GetValue(column) is not { } value ? "" : ValueText.Of(value);

    private bool TryTime(int column, out DateTimeOffset? moment)
    {
        moment = null;
        switch (column < 0 ? null : rows.GetValue(column))
        {
            case null:
                return true;
            case long seconds when seconds is >= FirstSecond and <= LastSecond:
                moment = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
                return true;
            case double seconds when seconds is >= FirstSecond and <= LastSecond:
                moment = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
                return true;
            case float or decimal
                when Convert.ToDouble(rows.GetValue(column), CultureInfo.InvariantCulture) is >= FirstSecond and <= LastSecond
                    and var seconds:
                moment = DateTimeOffset.UnixEpoch.AddSeconds(seconds);
                return true;
            case string text when IsoTime.TryParse(text, out var parsed):
                moment = parsed;
                return true;
            default:
                return false;
        }
    }

    private string NoTime(string about, int column) =>
        $"{about}: {columns[column]} is {(Text(column) is { Length: > 0 } text ? text : "missing")}; an ISO 8601 time or seconds since "
            + "1970 would be right.";

    private FeedException Lacks(string what) =>
        new(manifest.Outcomes!.Feed, $"outcomes.query does not yield {what}; its columns are {string.Join(", ", columns)}.");
}
