using System.Globalization;
using Progeny.Core.Tracking.Search;

namespace Progeny.Storage.Tracking.Search;

/// <summary>
/// Finds the numbers of runs. A condition that few runs meet is evaluated first, from its index; else, where the first term of the order
/// has an index, rows are read in that order until the page is full; else all runs of the experiments are compared.
/// </summary>
internal sealed class RunSearch(TrackingDatabase database, SearchRequest request)
{
    // So many candidates are compared one by one in a few milliseconds.
    private const int FewRuns = 3_000;

    private const string LastTerm = "r.started DESC, r.run_id";

    private IReadOnlyList<long> Experiments => request.Experiments ?? [];

    /// <summary>The numbers of the runs of a page, and of one more where there is one.</summary>
    public async Task<List<long>> FindAsync(TrackingSession session)
    {
        if (Experiments.Count == 0)
            return [];
        var candidates = await FindCandidatesAsync(session);
        if (candidates is null && request.Order is [{ Field.Kind: FieldKind.Metric } first, ..] && Experiments.Count == 1)
        {
            var ordered = await ReadInOrderAsync(session, first);
            if (ordered.Count > request.MaxResults)
                return ordered;
        }

        return await ReadAllAsync(session, candidates);
    }

    /// <summary>The runs that meet the condition which the fewest do; null: none is met by few, or has an index.</summary>
    private async Task<List<long>?> FindCandidatesAsync(TrackingSession session)
    {
        List<long>? fewest = null;
        foreach (var comparison in Conjuncts(request.Filter).Where(HasIndex))
        {
            var sql = new FilterSql(database.Dialect, EntityTables.Runs);
            var side = EntityTables.Runs.Sides[comparison.Field.Kind];
            var value = comparison.Field.IsNumber
                ? sql.Compare("s.value", comparison)
                : database.Dialect.Indexed("s.value", sql.Add(comparison.Text));
            var runs = await session.ListAsync(
                $"""
                SELECT s.run FROM {side.Name} s
                WHERE {sql.In("s.experiment", Experiments)} AND s.key = {side.Key(sql.Add(comparison.Field.Key))} AND {value} LIMIT {(fewest?.Count ?? FewRuns) + 1}
                """,
                sql.Values,
                row => row.GetInt64(0));
            if (runs.Count <= (fewest?.Count ?? FewRuns))
                fewest = runs;
            if (fewest is { Count: 0 })
                break;
        }

        return fewest;
    }

    /// <summary>Reads the runs that have a value of the metric by which they are ordered, from its index.</summary>
    private Task<List<long>> ReadInOrderAsync(TrackingSession session, SearchOrder first)
    {
        var sql = new FilterSql(database.Dialect, EntityTables.Runs);
        var side = EntityTables.Runs.Sides[FieldKind.Metric];
        var key = sql.Add(first.Field.Key);
        var experiment = sql.Add(Experiments[0]);
        var direction = first.IsDescending ? "DESC" : "ASC";
        var (joins, terms) = sql.Order(request.Order.Skip(1), LastTerm);
        return session.ListAsync(
            $"""
            SELECT r.id FROM {side.Name} f CROSS JOIN tracking_runs r{joins}
            WHERE f.experiment = :{experiment} AND f.key = {side.Key(key)} AND f.value IS NOT NULL AND r.id = f.run
            AND {Stages(sql)} AND {sql.Where(request.Filter)}
            ORDER BY f.value {direction}, {terms} {Page}
            """,
            sql.Values,
            row => row.GetInt64(0));
    }

    private Task<List<long>> ReadAllAsync(TrackingSession session, List<long>? candidates)
    {
        var sql = new FilterSql(database.Dialect, EntityTables.Runs);
        var (joins, terms) = sql.Order(request.Order, LastTerm);
        var scope = candidates is null
            ? sql.In("r.experiment", Experiments)
            : $"{sql.In("r.id", candidates)} AND {sql.In("+r.experiment", Experiments)}";
        if (candidates is null && Experiments.Count == 1)
            scope = $"r.experiment = :{sql.Add(Experiments[0])}";
        return session.ListAsync(
            $"""
            SELECT r.id FROM tracking_runs r{joins} WHERE {scope} AND {Stages(sql)} AND {sql.Where(request.Filter)}
            ORDER BY {terms} {Page}
            """,
            sql.Values,
            row => row.GetInt64(0));
    }

    private string Page => string.Create(CultureInfo.InvariantCulture, $"LIMIT {request.MaxResults + 1} OFFSET {request.Offset}");

    private string Stages(FilterSql sql) => request.Stages.Count == 1
        ? $"r.stage = :{sql.Add(request.Stages[0])}"
        : sql.In("r.stage", request.Stages);

    /// <summary>The comparisons that must all hold.</summary>
    private static IEnumerable<FilterComparison> Conjuncts(FilterNode? filter) => filter switch
    {
        FilterComparison comparison => [comparison],
        FilterGroup { IsAnd: true } group => group.Nodes.SelectMany(Conjuncts),
        _ => [],
    };

    private static bool HasIndex(FilterComparison comparison) => comparison.Field.Kind switch
    {
        FieldKind.Metric => comparison.Operator is FilterOperator.Equal or FilterOperator.Less or FilterOperator.LessOrEqual
            or FilterOperator.Greater or FilterOperator.GreaterOrEqual,
        FieldKind.Param or FieldKind.Tag => comparison.Operator == FilterOperator.Equal,
        _ => false,
    };
}
