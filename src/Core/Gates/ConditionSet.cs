using System.Collections.Immutable;
using System.Globalization;
using Progeny.Core.Expressions;
using Progeny.Core.Manifests;

namespace Progeny.Core.Gates;

/// <summary>The conditions of a manifest over figures, compiled. Safe for use by many threads at once.</summary>
public sealed class ConditionSet : IDisposable
{
    internal const string RetrainPath = "retrain.when";

    // The time of all conditions that are asked together; each has that of a query besides.
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(1);

    private readonly Manifest manifest;
    private readonly IReadOnlyList<string> names;
    private readonly IExpressionSet? expressions;
    private readonly IReadOnlyDictionary<string, int> places;
    private readonly IReadOnlyDictionary<string, string> problems;
    private readonly TimedOutExpressions timedOut = new();
    private readonly SlowRules slow = new();
    private bool isAsking;

    internal ConditionSet(
        Manifest manifest,
        IReadOnlyList<string> names,
        IExpressionSet? expressions,
        IReadOnlyDictionary<string, int> places,
        IReadOnlyDictionary<string, string> problems)
    {
        this.manifest = manifest;
        this.names = names;
        this.expressions = expressions;
        this.places = places;
        this.problems = problems;
    }

    /// <summary>Asks the condition of a gate.</summary>
    /// <param name="gate">The place in <see cref="Manifest.Gates"/> of one that has a condition.</param>
    /// <param name="candidate">The figures of the generation that wants through, by <see cref="FigureNames"/>.</param>
    /// <param name="champion">Those of the generation in production; null: none is, and a gate that compares with it lets everybody
    /// through.</param>
    public ConditionVerdict Gate(
        int gate, IReadOnlyDictionary<string, double?> candidate, IReadOnlyDictionary<string, double?>? champion) =>
        Ask(GatePath(gate), manifest.Gates[gate].When!, candidate, champion, comparesWithChampion: true);

    /// <summary>Asks an alert.</summary>
    /// <param name="alert">Its place in <see cref="Manifest.Alerts"/>.</param>
    /// <param name="champion">The figures of the generation in production.</param>
    public ConditionVerdict Alert(int alert, IReadOnlyDictionary<string, double?> champion) =>
        Ask(AlertPath(alert), manifest.Alerts[alert].When, champion);

    /// <summary>Asks <c>retrain.when</c>; null: the manifest has none.</summary>
    /// <param name="champion">The figures of the generation in production.</param>
    public ConditionVerdict? Retrain(IReadOnlyDictionary<string, double?> champion) =>
        manifest.Retrain?.When is { } when ? Ask(RetrainPath, when, champion) : null;

    /// <summary>
    /// Asks conditions one after the other, in bounded time: on a thread of the pool one caller at a time, the others, and all once they
    /// took long, apart from it.
    /// </summary>
    /// <param name="conditions">Each asks one of this set.</param>
    /// <exception cref="OperationCanceledException">Nobody waits for the verdicts any more.</exception>
    public async Task<IReadOnlyList<ConditionVerdict>> AskAsync(
        IReadOnlyList<Func<ConditionVerdict>> conditions, CancellationToken cancellationToken)
    {
        if (slow.AreSlow || Interlocked.Exchange(ref isAsking, true))
            return await slow.RunAsync(() => Ask(conditions, cancellationToken), cancellationToken);
        try
        {
            return Ask(conditions, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref isAsking, false);
        }
    }

    public void Dispose() => expressions?.Dispose();

    internal static string GatePath(int index) => $"gates[{index}].when";

    internal static string AlertPath(int index) => $"alerts[{index}].when";

    private List<ConditionVerdict> Ask(IReadOnlyList<Func<ConditionVerdict>> conditions, CancellationToken cancellationToken)
    {
        var started = Environment.TickCount64;
        try
        {
            var verdicts = new List<ConditionVerdict>(conditions.Count);
            foreach (var condition in conditions)
            {
                cancellationToken.ThrowIfCancellationRequested();
                verdicts.Add(Environment.TickCount64 - started < Within.TotalMilliseconds
                    ? condition()
                    : new(false, $"it was not asked: those before it took more than {Within.TotalSeconds} s together", ImmutableSortedDictionary<string, double>.Empty));
            }

            return verdicts;
        }
        finally
        {
            slow.Ended(started);
        }
    }

    private ConditionVerdict Ask(
        string path,
        string sql,
        IReadOnlyDictionary<string, double?> own,
        IReadOnlyDictionary<string, double?>? champion = null,
        bool comparesWithChampion = false)
    {
        if (problems.TryGetValue(path, out var problem))
            return new(false, $"it cannot be computed: {problem}", ImmutableSortedDictionary<string, double>.Empty);
        var row = new FigureRow(names, own, champion);
        var used = expressions!.Columns(places[path]).Distinct().Select(column => (Name: row.NameOf(column), Value: row.ValueOf(column)))
            .ToList();
        var figures = used.Where(figure => figure.Value is not null)
            .ToImmutableSortedDictionary(figure => figure.Name, figure => figure.Value!.Value, StringComparer.Ordinal);
        if (comparesWithChampion && champion is null && expressions.Columns(places[path]).Any(column => column >= names.Count))
            return new(true, $"there is no champion to compare with: {sql.Trim()} is not asked", figures);
        var (holds, said) = Evaluate(places[path], row);
        var known = string.Join(
            ", ", used.Select(figure => figure.Value is { } value ? $"{figure.Name} {Text(value)}" : $"{figure.Name} is not known"));
        return new(holds, $"{(known.Length > 0 ? $"{known}: " : "")}{sql.Trim()} {said}", figures);
    }

    private (bool Holds, string DecisionText) Evaluate(int expression, FigureRow row)
    {
        try
        {
            using var session = expressions!.Rent();
            var value = timedOut.Evaluate(session, expression, row);
            return value.Type switch
            {
                SqlType.Integer => Truth(value.Integer != 0),
                SqlType.Real => Truth(value.Real != 0),
                SqlType.Null => (false, "is NULL, which is not true"),
                _ => (false, "is a text; true or false would be right"),
            };
        }
        catch (ExpressionException exception)
        {
            return (false, $"failed: {exception.Message}");
        }

        static (bool Holds, string DecisionText) Truth(bool holds) => (holds, holds ? "is true" : "is false");
    }

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private sealed class FigureRow(
        IReadOnlyList<string> names, IReadOnlyDictionary<string, double?> own, IReadOnlyDictionary<string, double?>? champion)
        : IExpressionRow
    {
        public SqlValue Get(int column) => ValueOf(column) is { } value ? SqlValue.From(value) : default;

        public string NameOf(int column) => column < names.Count ? names[column] : $"champion.{names[column - names.Count]}";

        public double? ValueOf(int column) =>
            column < names.Count ? own.GetValueOrDefault(names[column]) : champion?.GetValueOrDefault(names[column - names.Count]);
    }
}
