using System.Collections.Immutable;
using System.Globalization;
using Progeny.Abstractions.Queries;
using Progeny.Abstractions.Serving;
using Progeny.Core.Expressions;
using Progeny.Core.Queries;

namespace Progeny.Core.Rules;

/// <summary>
/// The rules' part in one request: <see cref="Before"/>, then the model on the rows that are left, then <see cref="After"/>.
/// </summary>
public sealed partial class RuledRows : IExpressionRow
{
    private static readonly ServingError TooLate = new(
        ServingErrorKind.DeadlineExceeded, "The deadline passed, or the client left, before the rules were asked.");

    private readonly RuleSet rules;
    private readonly QueryRows rows;
    private readonly bool[] answered;
    private List<string>?[]? fired;
    private float[]? scores;
    private int[]? labels;
    private int row;
    private Prediction? prediction;

    internal RuledRows(RuleSet rules, QueryRows rows)
    {
        this.rules = rules;
        this.rows = rows;
        answered = new bool[rows.Features.Rows];
    }

    /// <summary>For each row whether a rule before the model answered it.</summary>
    public ReadOnlyMemory<bool> Answered => answered;

    /// <summary>Whether any row is left to the model.</summary>
    public bool NeedsModel => Array.IndexOf(answered, false) >= 0;

    /// <summary>Whether a rule, before the model or after it, gave the prediction of any row.</summary>
    public bool HasAnswers { get; private set; }

    /// <summary>For each row the names of the rules that fired; empty where none fired on any row.</summary>
    public ImmutableArray<ImmutableArray<string>> Fired =>
        fired is null ? [] : [.. fired.Select(names => names is null ? ImmutableArray<string>.Empty : [.. names])];

    /// <summary>
    /// Runs the rules before the model. What they set is in the rows, and what does not fit its feature among the rows' errors.
    /// </summary>
    /// <returns>Why the request is refused or failed; null: it goes on.</returns>
    public ServingError? Before() => rules.Before.Length == 0 ? null : Run(rules.Before);

    /// <summary>As <see cref="Before"/>, but apart from the caller's thread while the rules of the project take long.</summary>
    /// <param name="cancellationToken">The query's deadline: it is not waited for a turn after that.</param>
    public ValueTask<ServingError?> BeforeAsync(CancellationToken cancellationToken)
    {
        return rules.Before.Length > 0 && rules.Slow.AreSlow ? ApartAsync() : new(Before());

        async ValueTask<ServingError?> ApartAsync()
        {
            try
            {
                return await rules.Slow.RunAsync(Before, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return TooLate;
            }
        }
    }

    /// <summary>As <see cref="After"/>, but apart from the caller's thread while the rules of the project take long.</summary>
    /// <inheritdoc cref="BeforeAsync"/>
    /// <param name="answer">See <see cref="After"/>.</param>
    public ValueTask<ModelAnswer> AfterAsync(ModelAnswer answer, CancellationToken cancellationToken)
    {
        return rules.After.Length > 0 && answer.Error is null && rules.Slow.AreSlow ? ApartAsync() : new(After(answer));

        async ValueTask<ModelAnswer> ApartAsync()
        {
            try
            {
                return await rules.Slow.RunAsync(() => After(answer), cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return new ModelAnswer { Error = TooLate, Microseconds = answer.Microseconds };
            }
        }
    }

    /// <summary>Joins the model's answer with those of the rules before it, and runs the rules after it.</summary>
    /// <param name="answer">The model's answer for the rows that are not <see cref="Answered"/>; one without members where no row was left
    /// to it.</param>
    public ModelAnswer After(ModelAnswer answer)
    {
        if (answer.Error is not null)
            return answer;
        prediction = Join(answer.Prediction);
        if (rules.After.Length > 0 && Run(rules.After) is { } error)
            return new ModelAnswer { Error = error, Microseconds = answer.Microseconds };
        return answer with { Prediction = prediction };
    }

    /// <summary>
    /// The model's outputs where rules gave predictions: only the one that holds the prediction, with theirs in it. The others would
    /// speak of a model that was not asked, or not heeded, so asking for them by name is an error.
    /// </summary>
    /// <param name="answer">What <see cref="After"/> returned.</param>
    /// <param name="outputs">All outputs of the model.</param>
    /// <param name="asked">The names asked for; empty: all.</param>
    public ModelAnswer ReplaceOutputs(ModelAnswer answer, ImmutableArray<TensorSpec> outputs, ImmutableArray<string> asked)
    {
        if (answer.Error is not null)
            return answer;
        var output = PredictionOutput.Choose(rules.Output, rules.Answers.Classes.IsEmpty, outputs, others: []);
        if (asked.FirstOrDefault(name => name != output.Name) is { } other)
        {
            return new ModelAnswer
            {
                Error = new ServingError(
                    ServingErrorKind.InvalidQuery,
                    $"A rule answered this query, so there is no output '{other}'; ask for '{output.Name}', which holds the prediction."),
            };
        }

        return answer with { Outputs = [RuledOutput.Write(output, answer.Prediction!)] };
    }

    SqlValue IExpressionRow.Get(int column)
    {
        var columns = rows.Features.Columns;
        if (column < columns.Count)
            return columns[column].GetSql(row);
        column -= columns.Count;
        if (column < rows.Schema.Extras.Count)
            return SqlValue.From(rows.GetExtra(row, column));
        column -= rows.Schema.Extras.Count;
        if (prediction!.Classes.IsEmpty)
            return SqlValue.From(prediction.Scores.Span[row]);
        return column == 0
            ? SqlValue.From(prediction.Classes[prediction.Labels.Span[row]])
            : SqlValue.From(prediction.Row(row)[column - 1]);
    }

    private ServingError? Run(Rule[] phase)
    {
        var started = Environment.TickCount64;
        var error = RunTimed(phase);
        rules.Slow.Ended(started);
        return error;
    }

    private ServingError? RunTimed(Rule[] phase)
    {
        var refusals = ImmutableArray.CreateBuilder<FieldError>();
        var current = "";
        using var session = rules.Expressions.Rent(answered.Length);
        for (row = 0; row < answered.Length; row++)
        {
            try
            {
                foreach (var rule in phase)
                {
                    current = rule.Name;
                    if (!IsTrue(session.Evaluate(rule.When, this)))
                        continue;
                    ((fired ??= new List<string>?[answered.Length])[row] ??= []).Add(rule.Name);
                    if (rule.Refuse is { } reason)
                    {
                        if (refusals.Count < FeatureBatchBuilder.MaxErrors)
                            refusals.Add(new FieldError(row, $"rules.{rule.Name}", reason));
                        break;
                    }

                    Set(rule, session);
                    if (rule.Answer is not { } answer)
                        continue;
                    Answer(session.Evaluate(answer, this));
                    break;
                }
            }
            catch (ExpressionException exception)
            {
                return new ServingError(
                    ServingErrorKind.RuleFailed,
                    string.Create(CultureInfo.InvariantCulture, $"Rule '{current}' failed on row {row}: {exception.Message}."));
            }
        }

        if (refusals.Count == 0)
            return null;
        var names = refusals.Select(refusal => $"'{refusal.Field["rules.".Length..]}'").Distinct(StringComparer.Ordinal);
        return new ServingError(
            ServingErrorKind.InvalidQuery, $"The query is refused by the rule {string.Join(", ", names)}.", refusals.ToImmutable());
    }

    private static bool IsTrue(SqlValue value) => value.Type switch
    {
        SqlType.Null => false,
        SqlType.Integer => value.Integer != 0,
        SqlType.Real => value.Real != 0,
        _ => throw new ExpressionException("its condition is a text; true or false would be right"),
    };

    private void Set(Rule rule, IExpressionSession session)
    {
        if (rule.Set.Count == 0)
            return;
        // As in SQL's UPDATE, all expressions see the row as it was before any of them.
        var values = new object?[rule.Set.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = session.Evaluate(rule.Set[i].Expression, this).ToObject();
        for (var i = 0; i < values.Length; i++)
        {
            var column = rows.Features.Columns[rule.Set[i].Feature];
            if (column.Replace(row, values[i]) is { } error)
                rows.Features.Refuse(row, column.Feature.Name, $"rule '{rule.Name}' sets a value that does not fit: {error}");
        }
    }

    private void Answer(SqlValue answer)
    {
        if (rules.Answers.Problem(answer) is { } problem)
            throw new ExpressionException(problem);
        var width = rules.Answers.Width;
        if (scores is null)
        {
            scores = prediction?.Scores.ToArray() ?? new float[answered.Length * width];
            labels = prediction?.Labels.ToArray() ?? (rules.Answers.Classes.IsEmpty ? [] : new int[answered.Length]);
            if (prediction is not null)
                prediction = prediction with { Scores = scores, Labels = labels };
        }

        var label = rules.Answers.Write(answer, scores.AsSpan(row * width, width));
        if (labels!.Length > 0)
            labels[row] = label;
        HasAnswers = true;
        if (prediction is null)
            answered[row] = true;
    }

    private Prediction Join(Prediction? ofModel)
    {
        if (scores is null)
            return ofModel!;
        if (ofModel is not null)
        {
            var width = rules.Answers.Width;
            for (int index = 0, next = 0; index < answered.Length; index++)
            {
                if (answered[index])
                    continue;
                ofModel.Row(next).CopyTo(scores.AsSpan(index * width, width));
                if (labels!.Length > 0)
                    labels[index] = ofModel.Labels.Span[next];
                next++;
            }
        }

        return new Prediction { Classes = rules.Answers.Classes, Scores = scores, Labels = labels };
    }
}
