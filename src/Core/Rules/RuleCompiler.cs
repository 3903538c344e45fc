using System.Diagnostics;
using Progeny.Core.Common;
using Progeny.Core.Evaluation;
using Progeny.Core.Experiments;
using Progeny.Core.Expressions;
using Progeny.Core.Gates;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Rules;

/// <summary>Checks what a manifest says in SQL for the platform itself to compute, and compiles its rules.</summary>
public sealed class RuleCompiler(IExpressionEngine engine)
{
    // Whoever has more looks at these first; telling of each takes a look at all columns.
    private const int MaxErrors = 100;

    // The time that all answers which are constants may take together when a release is checked.
    private static readonly TimeSpan ConstantsWithin = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Everything that is wrong with the SQL of rules, metrics, gates, alerts, <c>retrain.when</c> and <c>serving.rollout.select</c>.
    /// </summary>
    /// <param name="manifest">The manifest that <paramref name="yaml"/> says.</param>
    /// <param name="yaml">The text of the manifest, for the places of the errors; null: they all stand at its start.</param>
    public IReadOnlyList<ManifestError> Check(Manifest manifest, string? yaml = null)
    {
        var found = FindErrors([.. ExpressionsOf(manifest), .. MetricsOf(manifest)], manifest);
        found.AddRange(new ConditionCompiler(engine).Check(manifest));
        if (manifest.Serving.Rollout.Select is { } select && engine.Check(GenerationTable.Query(manifest, select)) is { } unfit)
            found.Add(("serving.rollout.select", unfit.Describe(select)));
        if (found.Count == 0)
            return [];
        var places = yaml is null ? null : ManifestPlaces.Read(yaml);
        return found.Take(MaxErrors).Select(error =>
        {
            var (line, column) = places?.Find(error.Path) ?? (1, 1);
            return new ManifestError(line, column, error.Path, error.Message);
        }).ToList();
    }

    /// <summary>Compiles the rules of a manifest; null where it has none.</summary>
    /// <exception cref="RuleException">An expression is wrong.</exception>
    public RuleSet? Compile(Manifest manifest)
    {
        if (manifest.Rules.Count == 0)
            return null;
        var expressions = new List<Expression>();
        var features = manifest.Features.Select((feature, index) => (feature.Name, index)).ToDictionary();
        var tables = Enum.GetValues<RulePosition>().ToDictionary(position => position, position => TablesOf(manifest, position));
        var rules = new Dictionary<RulePosition, List<Rule>> { [RulePosition.Before] = [], [RulePosition.After] = [] };
        foreach (var rule in manifest.Rules)
        {
            rules[rule.At].Add(new Rule
            {
                Name = rule.Name,
                When = Add(rule.When),
                Refuse = rule.Then.Refuse,
                Answer = rule.Then.Answer is { } answer ? Add(answer) : null,
                Set = [.. (rule.Then.Set ?? new Dictionary<string, string>()).Select(set => (features[set.Key], Add(set.Value)))],
            });

            int Add(string sql)
            {
                expressions.Add(new Expression(sql, tables[rule.At]));
                return expressions.Count - 1;
            }
        }

        var compiled = Compile(expressions, WithoutConditions(manifest) with { Metrics = [] });
        return new RuleSet(manifest, [.. rules[RulePosition.Before]], [.. rules[RulePosition.After]], compiled);
    }

    /// <summary>What tells how good a prediction of this manifest was: the loss of its task and the metrics of its own.</summary>
    /// <exception cref="RuleException">An expression is wrong.</exception>
    public MetricSet CompileMetrics(Manifest manifest)
    {
        var tables = TablesOfMetrics(manifest);
        var expressions = manifest.Metrics.Select(metric => new Expression(metric.Value, tables)).ToList();
        return new MetricSet(manifest, expressions.Count == 0 ? null : Compile(expressions, WithoutConditions(manifest) with { Rules = [] }));
    }

    private static Manifest WithoutConditions(Manifest manifest) =>
        manifest with { Gates = [], Alerts = [], Retrain = null, Serving = manifest.Serving with { Rollout = new RolloutManifest() } };

    /// <param name="expressions">All that a part of a manifest says.</param>
    /// <param name="part">That part, to find out what is wrong with it.</param>
    /// <exception cref="RuleException">An expression is wrong.</exception>
    private IExpressionSet Compile(List<Expression> expressions, Manifest part)
    {
        try
        {
            return part.Features.Count > 0 ? engine.Compile(expressions) : throw new RuleException(Check(part));
        }
        catch (ExpressionException)
        {
            throw new RuleException(Check(part));
        }
    }

    /// <summary>The gates, the alerts and <c>retrain.when</c> of a manifest. One that is wrong, in a release of an older version, is never met and says why.</summary>
    public ConditionSet CompileConditions(Manifest manifest) => new ConditionCompiler(engine).Compile(manifest);

    private static string Describe(ExpressionError error, Expression expression) => error.UnknownColumn is { } name
        ? (error with { Message = error.Message + Suggestion.Among(name, [.. expression.AllTables.SelectMany(table => table.Columns).Distinct()], "names here") }).Describe(expression.Sql)
        : error.Describe(expression.Sql);

    private List<(string Path, string Message)> FindErrors(List<Part> parts, Manifest manifest)
    {
        if (manifest.Features.Count == 0)
            return parts.ConvertAll(part => (part.Path, $"{part.Name} has no rows to look at: the manifest declares no features (schema.features)"));
        var errors = engine.Check(parts.ConvertAll(part => part.Expression));
        var found = new SortedDictionary<int, string>();
        var answers = new List<int>();
        for (var i = 0; i < parts.Count && found.Count < MaxErrors; i++)
        {
            if (errors[i] is { } error)
                found.Add(i, Describe(error, parts[i].Expression));
            else if (parts[i].IsAnswer)
                answers.Add(i);
        }

        foreach (var (answer, problem) in FindWrongConstants(answers.ConvertAll(i => parts[i].Expression), manifest))
            found.Add(answers[answer], problem);
        return [.. found.Select(pair => (parts[pair.Key].Path, $"{parts[pair.Key].Name}: {pair.Value}"))];
    }

    private static IEnumerable<Part> ExpressionsOf(Manifest manifest)
    {
        var tables = Enum.GetValues<RulePosition>().ToDictionary(position => position, position => TablesOf(manifest, position));
        for (var i = 0; i < manifest.Rules.Count; i++)
        {
            var rule = manifest.Rules[i];
            var (name, read) = ($"rule '{rule.Name}'", tables[rule.At]);
            yield return new Part($"rules[{i}].when", name, new Expression(rule.When, read));
            if (rule.Then.Answer is { } answer)
                yield return new Part($"rules[{i}].then.answer", name, new Expression(answer, read), IsAnswer: true);
            foreach (var (feature, value) in rule.Then.Set ?? new Dictionary<string, string>())
                yield return new Part($"rules[{i}].then.set.{feature}", name, new Expression(value, read));
        }
    }

    private static IEnumerable<Part> MetricsOf(Manifest manifest)
    {
        var tables = TablesOfMetrics(manifest);
        return manifest.Metrics.Select((metric, i) => new Part($"metrics[{i}].value", $"metric '{metric.Name}'", new Expression(metric.Value, tables)));
    }

    /// <summary>The fields of a query, in the order of <see cref="QuerySchema.Fields"/>, and behind the model the prediction.</summary>
    private static IReadOnlyList<ExpressionTable> TablesOf(Manifest manifest, RulePosition position)
    {
        var query = new ExpressionTable("query", [.. new QuerySchema(manifest).Fields]);
        if (position == RulePosition.Before)
            return [query];
        IReadOnlyList<string> classes = manifest.Label?.Classes ?? [];
        return [query, new ExpressionTable("prediction", classes.Count == 0 ? ["value"] : ["label", .. ClassColumns.Of(classes)])];
    }

    /// <summary>Behind the columns of a rule after the model the truth.</summary>
    private static IReadOnlyList<ExpressionTable> TablesOfMetrics(Manifest manifest) =>
        [.. TablesOf(manifest, RulePosition.After), new ExpressionTable("truth", ["outcome"])];

    /// <summary>What is wrong with answers that read no column, by their index.</summary>
    private List<(int Index, string Problem)> FindWrongConstants(List<Expression> answers, Manifest manifest)
    {
        using var set = engine.Compile(answers);
        var reader = new RuleAnswers(manifest);
        var started = Stopwatch.GetTimestamp();
        var found = new List<(int, string)>();
        for (var i = 0; i < answers.Count; i++)
        {
            if (set.Columns(i).Count > 0)
                continue;
            if (Stopwatch.GetElapsedTime(started) > ConstantsWithin)
            {
                found.Add((i, $"the answers of the rules before it take more than {ConstantsWithin.TotalSeconds} s together"));
                break;
            }

            using var session = set.Rent();
            if (Problem(i, session) is { } problem)
                found.Add((i, problem));
        }

        return found;

        string? Problem(int i, IExpressionSession session)
        {
            try
            {
                return reader.Problem(session.Evaluate(i, NoRow.Instance));
            }
            catch (ExpressionException exception)
            {
                return new ExpressionError(exception.Message, null).Describe(answers[i].Sql);
            }
        }
    }

    /// <summary>An expression of a manifest.</summary>
    /// <param name="Path">Where it stands.</param>
    /// <param name="Name">What it belongs to, for messages.</param>
    /// <param name="IsAnswer">Whether it is the answer of a rule.</param>
    private sealed record Part(string Path, string Name, Expression Expression, bool IsAnswer = false);

    private sealed class NoRow : IExpressionRow
    {
        public static NoRow Instance { get; } = new();

        public SqlValue Get(int column) => throw new InvalidOperationException("A constant expression asked for a column.");
    }
}
