using System.Diagnostics;
using Progeny.Core.Common;
using Progeny.Core.Expressions;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;

namespace Progeny.Core.Rules;

/// <summary>Checks and compiles the rules of manifests.</summary>
public sealed class RuleCompiler(IExpressionEngine engine)
{
    // The time that all answers which are constants may take together when a release is checked.
    private static readonly TimeSpan ConstantsWithin = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Everything that is wrong with the rules, by the path of the key; at most <see cref="ManifestExpression.MaxErrors"/>.
    /// </summary>
    public IReadOnlyList<(string Path, string Message)> Check(Manifest manifest)
    {
        var parts = ExpressionsOf(manifest);
        if (ManifestExpression.WithoutRows(manifest, parts) is { Count: > 0 } problems)
            return problems;
        var found = ManifestExpression.FindErrors(engine, parts);
        var answers = Enumerable.Range(0, parts.Count).Where(i => parts[i].IsAnswer && !found.ContainsKey(i)).ToList();
        foreach (var (answer, problem) in FindWrongConstants(answers.ConvertAll(i => parts[i].Expression), manifest))
            found.Add(answers[answer], problem);
        if (found.Count == 0 && manifest.Serving.Redact.Count > 0)
            AddLeaks(manifest, parts, found);
        return ManifestExpression.Describe(parts, found);
    }

    /// <summary>Compiles the rules of a manifest; null where it has none.</summary>
    /// <exception cref="ManifestException">An expression is wrong.</exception>
    public RuleSet? Compile(Manifest manifest)
    {
        if (manifest.Rules.Count == 0)
            return null;
        var expressions = new List<Expression>();
        var features = manifest.Features.Select((feature, index) => (feature.Name, index)).ToDictionary();
        var tables = Enum.GetValues<RulePosition>().ToDictionary(position => position, position => RuleTables.Of(manifest, position));
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

        if (manifest.Features.Count == 0)
            throw Wrong(manifest);
        try
        {
            return new RuleSet(manifest, [.. rules[RulePosition.Before]], [.. rules[RulePosition.After]], engine.Compile(expressions));
        }
        catch (ExpressionException)
        {
            throw Wrong(manifest);
        }
    }

    private ManifestException Wrong(Manifest manifest) => new(ManifestPlaces.Locate(Check(manifest)));

    private static List<ManifestExpression> ExpressionsOf(Manifest manifest)
    {
        var tables = Enum.GetValues<RulePosition>().ToDictionary(position => position, position => RuleTables.Of(manifest, position));
        var found = new List<ManifestExpression>();
        for (var i = 0; i < manifest.Rules.Count; i++)
        {
            var rule = manifest.Rules[i];
            var (name, read) = ($"rule '{rule.Name}'", tables[rule.At]);
            found.Add(new($"rules[{i}].when", name, new Expression(rule.When, read)));
            if (rule.Then.Answer is { } answer)
                found.Add(new($"rules[{i}].then.answer", name, new Expression(answer, read), IsAnswer: true));
            foreach (var (feature, value) in rule.Then.Set ?? new Dictionary<string, string>())
                found.Add(new($"rules[{i}].then.set.{feature}", name, new Expression(value, read)) { Target = feature });
        }

        return found;
    }

    /// <summary>What would log a redacted value under another name: a field that is set from one, and a number that is answered.</summary>
    private void AddLeaks(Manifest manifest, List<ManifestExpression> parts, SortedDictionary<int, string> found)
    {
        var redacted = manifest.Serving.Redact.ToHashSet(StringComparer.Ordinal);
        var fields = new QuerySchema(manifest).Fields.ToList();
        using var set = engine.Compile(parts.ConvertAll(part => part.Expression));
        for (var i = 0; i < parts.Count; i++)
        {
            var target = parts[i].Target;
            if (target is null ? !parts[i].IsAnswer || manifest.Task != MachineLearningTask.Regression : redacted.Contains(target))
                continue;
            if (set.Columns(i).Where(column => column < fields.Count).Select(column => fields[column])
                .FirstOrDefault(redacted.Contains) is not { } source)
                continue;
            found.Add(i, target is null
                ? $"the answer is computed from '{source}', which is redacted (serving.redact), and would be logged"
                : $"'{target}' is computed from '{source}', which is redacted (serving.redact), and would be logged; redact '{target}', "
                    + "too");
        }
    }

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

    private sealed class NoRow : IExpressionRow
    {
        public static NoRow Instance { get; } = new();

        public SqlValue Get(int column) => throw new InvalidOperationException("A constant expression asked for a column.");
    }
}
