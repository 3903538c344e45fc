using System.Globalization;
using Progeny.Core.Common;
using Progeny.Core.Datasets.Contracts;
using Progeny.Core.Manifests;

namespace Progeny.Storage.Datasets.Contracts;

/// <summary>
/// The figures of a table that its rules ask for, all computed in one pass over the rows that pass, and what is said of those out of
/// bounds.
/// </summary>
internal sealed class TableFigures
{
    /// <summary>An appended batch of fewer rows is not judged by the bounds of distributions.</summary>
    public const int SmallestSample = 100;

    private const string Passes = "FILTER (WHERE NOT broken AND len(repeats) = 0)";

    private readonly List<string> _expressions = [$"count(*)", $"count(*) {Passes}"];
    private readonly List<Func<IReadOnlyList<double>, string?>> _checks = [];
    private readonly List<string> _problems = [];
    private readonly TableSize _size;

    public TableFigures(CompiledContract contract, IReadOnlyDictionary<string, Baseline> baselines, TableSize size, DateTimeOffset now)
    {
        _size = size;
        var rules = contract.Contract.Table;
        _checks.Add(figures => CheckQuarantined(rules, figures[0], figures[0] - figures[1]));
        _checks.Add(figures => CheckRows(rules, figures[1]));
        if (rules.Freshness is { } freshness)
            AddFreshness(contract, freshness, now);
        foreach (var (name, bounds) in rules.Columns)
        {
            if (contract.Find(name) is { } column)
                AddColumn(column, name, bounds, baselines.GetValueOrDefault(name));
            else
                _problems.Add($"x-table/columns/{name}: the table has no column '{name}'");
        }
    }

    /// <summary>The rows, the rows that pass, then what the rules ask for.</summary>
    public string Sql => $"SELECT {string.Join(", ", _expressions.Select(text => $"CAST({text} AS DOUBLE)"))} FROM judged";

    public int Count => _expressions.Count;

    /// <summary>The rules that are broken, each with its path.</summary>
    public IReadOnlyList<string> Check(IReadOnlyList<double> figures) =>
        [.. _problems, .. _checks.Select(check => check(figures)).OfType<string>()];

    private static string? CheckQuarantined(TableRules rules, double rows, double bad)
    {
        if (rules.MaxQuarantined is { } most)
            return bad > most * rows ? $"x-table/quarantined: {bad} of {rows} rows break the contract; at most {Share(most)} may" : null;
        return rows > 0 && bad == rows ? $"x-table/quarantined: all {rows} rows break the contract" : null;
    }

    private string? CheckRows(TableRules rules, double rows)
    {
        var all = _size.IsAppended ? rows + (_size.Before ?? 0) : rows;
        if (!rules.Rows.Contains(all))
            return $"x-table/rows: the table would have {ValueText.Of(all)} rows; {Right(rules.Rows)} would be right";
        if (_size.IsAppended || _size.Before is not > 0 || rules.Change.IsAny)
            return null;
        var change = (rows / _size.Before.Value) - 1;
        return rules.Change.Contains(change)
            ? null
            : $"x-table/change: {ValueText.Of(rows)} rows after {_size.Before.Value} are a change of {Share(change)}; "
                + $"{Right(rules.Change)} would be right";
    }

    private void AddFreshness(CompiledContract contract, FreshnessRule rule, DateTimeOffset now)
    {
        if (contract.Find(rule.Column) is not { } column || CompiledColumn.Kind(column.Type) is not (ColumnKind.Date or ColumnKind.Time))
        {
            _problems.Add($"x-table/freshness: the table has no column '{rule.Column}' of times");
            return;
        }

        Add(
            $"epoch_ms(CAST(max({column.Value}) {Passes} AS TIMESTAMP))",
            newest => double.IsNaN(newest)
                ? $"x-table/freshness: no row has a value of '{rule.Column}'"
                : now - DateTimeOffset.FromUnixTimeMilliseconds((long)newest) is var age && age > rule.MaxAge
                    ? $"x-table/freshness: the newest '{rule.Column}' is {DateTimeOffset.FromUnixTimeMilliseconds((long)newest):u}; "
                        + $"at most {ManifestUnits.Format(rule.MaxAge)} old would be right"
                    : null);
    }

    private void AddColumn(CompiledColumn column, string name, DistributionBounds bounds, Baseline? baseline)
    {
        var path = $"x-table/columns/{name}";
        var isNumeric = column.IsNumeric;
        if (!isNumeric && (!bounds.Mean.IsAny || bounds.Quantiles.Count > 0))
            _problems.Add($"{path}: the column is {column.Type}, which has no mean and no quantiles");
        if (!bounds.Mean.IsAny && isNumeric)
            AddRange($"avg({column.Value}) {Passes}", $"{path}/mean", bounds.Mean);
        foreach (var (share, range) in bounds.Quantiles.Where(_ => isNumeric))
        {
            AddRange(
                $"approx_quantile(CAST({column.Value} AS DOUBLE), {share.ToString(CultureInfo.InvariantCulture)}) {Passes}",
                $"{path}/quantiles/{ValueText.Of(share)}",
                range);
        }

        if (!bounds.Nulls.IsAny)
        {
            AddRange(
                $"count(*) FILTER (WHERE {column.Value} IS NULL AND NOT broken AND len(repeats) = 0) / nullif(count(*) {Passes}, 0)",
                $"{path}/nulls",
                bounds.Nulls);
        }

        if (!bounds.Distinct.IsAny)
            AddRange($"approx_count_distinct({column.Value}) {Passes}", $"{path}/distinct", bounds.Distinct);
        if (bounds.MaxPsi is { } most && baseline is not null)
            AddPsi(column, $"{path}/psi", most, baseline);
    }

    private void AddPsi(CompiledColumn column, string path, double most, Baseline baseline)
    {
        if (baseline.Edges is not null && !column.IsNumeric)
        {
            _problems.Add($"{path}: the column is {column.Type}; in version {baseline.Version}, with which it is compared, it is a number");
            return;
        }

        var start = _expressions.Count;
        var bins = Bins.Of(column.Value, baseline);
        _expressions.AddRange(bins.Select(bin => $"count(*) FILTER (WHERE {bin} AND NOT broken AND len(repeats) = 0)"));
        _checks.Add(figures =>
        {
            var total = figures.Skip(start).Take(bins.Count).Sum();
            if (IsSmall(figures) || total == 0)
                return null;
            var psi = Baseline.Psi(baseline.Shares, [.. figures.Skip(start).Take(bins.Count).Select(count => count / total)]);
            return psi <= most
                ? null
                : FormattableString.Invariant($"{path}: {psi:0.###} against version {baseline.Version}; at most {most} would be right");
        });
    }

    private void AddRange(string expression, string path, NumberRange range)
    {
        var index = _expressions.Count;
        _expressions.Add(expression);
        _checks.Add(figures => IsSmall(figures) || range.Contains(figures[index])
            ? null
            : $"{path}: {Shown(figures[index])}; {Right(range)} would be right");
    }

    private void Add(string expression, Func<double, string?> check)
    {
        var index = _expressions.Count;
        _expressions.Add(expression);
        _checks.Add(figures => check(figures[index]));
    }

    private bool IsSmall(IReadOnlyList<double> figures) => _size.IsAppended && figures[1] < SmallestSample;

    private static string Shown(double value) => double.IsNaN(value) ? "there is no value" : ValueText.Of(Math.Round(value, 6));

    private static string Share(double share) => share.ToString("0.##%", CultureInfo.InvariantCulture);

    private static string Right(NumberRange range) => range switch
    {
        ({ } min, { } max) => $"from {ValueText.Of(min)} to {ValueText.Of(max)}",
        ({ } min, null) => $"at least {ValueText.Of(min)}",
        _ => $"at most {ValueText.Of(range.Maximum ?? 0)}",
    };
}
