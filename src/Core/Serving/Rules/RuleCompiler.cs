using Progeny.Core.Lifecycle;
using Progeny.Core.Lifecycle.Shapes;
using Progeny.Core.Metrics;
using Progeny.Core.Experiments;

namespace Progeny.Core.Serving;

/// <summary>Checks what a manifest says in SQL for the platform itself to compute, and compiles its rules.</summary>
public sealed class RuleCompiler(IExpressionEngine engine)
{
    /// <summary>
    /// Everything that is wrong with the SQL of rules, metrics, gates, alerts, <c>retrain.when</c> and <c>serving.rollout.select</c>.
    /// </summary>
    /// <param name="manifest">The manifest that <paramref name="yaml"/> says.</param>
    /// <param name="yaml">The text of the manifest, for the places of the errors; null: they all stand at its start.</param>
    public IReadOnlyList<ManifestError> Check(Manifest manifest, string? yaml = null)
    {
        var found = new List<(string Path, string Message)>();
        foreach (var part in ExpressionsOf(manifest))
        {
            if (manifest.Features.Count == 0)
                found.Add((part.Path, $"rule '{part.Rule.Name}' has no rows to look at: the manifest declares no features (schema.features)"));
            else if (engine.Check(part.Expression) is { } error)
                found.Add((part.Path, $"rule '{part.Rule.Name}': {Describe(error, part.Expression)}"));
            else if (part.IsAnswer && ConstantProblem(manifest, part.Expression) is { } problem)
                found.Add((part.Path, $"rule '{part.Rule.Name}': {problem}"));
        }

        for (var i = 0; i < manifest.Metrics.Count; i++)
        {
            var metric = manifest.Metrics[i];
            if (manifest.Features.Count == 0)
                found.Add(($"metrics[{i}].value", $"metric '{metric.Name}' has no rows to look at: the manifest declares no features (schema.features)"));
            else if (new Expression(metric.Value, TablesOfMetrics(manifest)) is var expression && engine.Check(expression) is { } error)
                found.Add(($"metrics[{i}].value", $"metric '{metric.Name}': {Describe(error, expression)}"));
        }

        found.AddRange(new ConditionCompiler(engine).Check(manifest));
        if (manifest.Serving.Rollout.Select is { } select && engine.Check(GenerationTable.Query(manifest, select)) is { } unfit)
            found.Add(("serving.rollout.select", unfit.Describe(select)));
        if (found.Count == 0)
            return [];
        var places = yaml is null ? null : ManifestPlaces.Read(yaml);
        return found.ConvertAll(error =>
        {
            var (line, column) = places?.Find(error.Path) ?? (1, 1);
            return new ManifestError(line, column, error.Path, error.Message);
        });
    }

    /// <summary>Compiles the rules of a manifest; null where it has none.</summary>
    /// <exception cref="RuleException">An expression is wrong.</exception>
    public RuleSet? Compile(Manifest manifest)
    {
        if (manifest.Rules.Count == 0)
            return null;
        var errors = Check(manifest with { Metrics = [], Gates = [], Alerts = [], Retrain = null, Serving = manifest.Serving with { Rollout = new RolloutManifest() } });
        if (errors.Count > 0)
            throw new RuleException(errors);

        var expressions = new List<Expression>();
        var features = manifest.Features.Select(feature => feature.Name).ToList();
        var rules = new Dictionary<RulePosition, List<Rule>> { [RulePosition.Before] = [], [RulePosition.After] = [] };
        foreach (var rule in manifest.Rules)
        {
            var tables = TablesOf(manifest, rule.At);
            rules[rule.At].Add(new Rule
            {
                Name = rule.Name,
                When = Add(rule.When),
                Refuse = rule.Then.Refuse,
                Answer = rule.Then.Answer is { } answer ? Add(answer) : null,
                Set = [.. (rule.Then.Set ?? new Dictionary<string, string>()).Select(set => (features.IndexOf(set.Key), Add(set.Value)))],
            });

            int Add(string sql)
            {
                expressions.Add(new Expression(sql, tables));
                return expressions.Count - 1;
            }
        }

        return new RuleSet(manifest, [.. rules[RulePosition.Before]], [.. rules[RulePosition.After]], engine.Compile(expressions));
    }

    /// <summary>What tells how good a prediction of this manifest was: the loss of its task and the metrics of its own.</summary>
    /// <exception cref="RuleException">An expression is wrong.</exception>
    public MetricSet CompileMetrics(Manifest manifest)
    {
        var errors = Check(manifest with { Rules = [], Gates = [], Alerts = [], Retrain = null, Serving = manifest.Serving with { Rollout = new RolloutManifest() } });
        if (errors.Count > 0)
            throw new RuleException(errors);
        var tables = TablesOfMetrics(manifest);
        var expressions = manifest.Metrics.Select(metric => new Expression(metric.Value, tables)).ToList();
        return new MetricSet(manifest, expressions.Count == 0 ? null : engine.Compile(expressions));
    }

    /// <summary>The gates, the alerts and <c>retrain.when</c> of a manifest. One that is wrong, in a release of an older version, is never met and says why.</summary>
    public ConditionSet CompileConditions(Manifest manifest) => new ConditionCompiler(engine).Compile(manifest);

    private static string Describe(ExpressionError error, Expression expression) => error.UnknownColumn is { } name
        ? (error with { Message = error.Message + Suggestion.Among(name, [.. expression.AllTables.SelectMany(table => table.Columns).Distinct()], "names here") }).Describe(expression.Sql)
        : error.Describe(expression.Sql);

    private static IEnumerable<(string Path, RuleManifest Rule, Expression Expression, bool IsAnswer)> ExpressionsOf(Manifest manifest)
    {
        for (var i = 0; i < manifest.Rules.Count; i++)
        {
            var rule = manifest.Rules[i];
            var tables = TablesOf(manifest, rule.At);
            yield return ($"rules[{i}].when", rule, new Expression(rule.When, tables), false);
            if (rule.Then.Answer is { } answer)
                yield return ($"rules[{i}].then.answer", rule, new Expression(answer, tables), true);
            foreach (var (feature, value) in rule.Then.Set ?? new Dictionary<string, string>())
                yield return ($"rules[{i}].then.set.{feature}", rule, new Expression(value, tables), false);
        }
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

    private string? ConstantProblem(Manifest manifest, Expression expression)
    {
        using var set = engine.Compile([expression]);
        if (set.Columns(0).Count > 0)
            return null;
        using var session = set.Rent();
        try
        {
            return new RuleAnswers(manifest).Problem(session.Evaluate(0, NoRow.Instance));
        }
        catch (ExpressionException exception)
        {
            return new ExpressionError(exception.Message, null).Describe(expression.Sql);
        }
    }

    private sealed class NoRow : IExpressionRow
    {
        public static NoRow Instance { get; } = new();

        public SqlValue Get(int column) => throw new InvalidOperationException("A constant expression asked for a column.");
    }
}
