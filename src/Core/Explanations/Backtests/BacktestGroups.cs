using Progeny.Core.Common;
using Progeny.Core.Evaluation;
using Progeny.Core.QueryLog;

namespace Progeny.Core.Explanations.Backtests;

/// <summary>The losses of a backtest by the generation that served and by the values of fields.</summary>
internal sealed class BacktestGroups(IReadOnlyList<string> fields)
{
    private const int Places = 4_096;
    private const int MaxValues = 50;

    private readonly Dictionary<string, Field> _fields = fields.Prepend(BacktestGroup.ServedBy).Distinct(StringComparer.Ordinal)
        .ToDictionary(name => name, _ => new Field(), StringComparer.Ordinal);

    public void Add(QueryRecord record, ulong cluster, double served, double own)
    {
        foreach (var (name, field) in _fields)
            field.Of(name == BacktestGroup.ServedBy ? VersionOf(record) : ValueOf(record, name)).Add(cluster, served, own);
    }

    public IReadOnlyList<BacktestGroup> Measure(double alpha) =>
    [
        .. _fields.SelectMany(field => field.Value.Groups(field.Key, alpha)),
    ];

    private static string VersionOf(QueryRecord record) =>
        $"{(record.GenerationProject is { } other ? other + "@" : "")}{record.Release}:{record.Generation}";

    /// <summary>The value as the model saw it: what augmentation or a rule gave goes before the client's.</summary>
    private static string? ValueOf(QueryRecord record, string name)
    {
        object? value = null;
        if (record.Augmented?.TryGetValue(name, out value) is not true)
            record.Fields?.TryGetValue(name, out value);
        return value is null ? null : ValueText.Of(value);
    }

    private sealed class Field
    {
        private readonly Dictionary<string, PairedLosses> _values = new(StringComparer.Ordinal);
        private PairedLosses? _missing;
        private PairedLosses? _others;

        public PairedLosses Of(string? value)
        {
            if (value is null)
                return _missing ??= new PairedLosses(Places);
            if (_values.TryGetValue(value, out var known))
                return known;
            return _values.Count < MaxValues ? _values[value] = new PairedLosses(Places) : _others ??= new PairedLosses(Places);
        }

        public IEnumerable<BacktestGroup> Groups(string name, double alpha)
        {
            foreach (var (value, losses) in _values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                yield return new BacktestGroup(name, value, IsOthers: false, losses.Measure(alpha));
            if (_missing is not null)
                yield return new BacktestGroup(name, null, IsOthers: false, _missing.Measure(alpha));
            if (_others is not null)
                yield return new BacktestGroup(name, null, IsOthers: true, _others.Measure(alpha));
        }
    }
}
