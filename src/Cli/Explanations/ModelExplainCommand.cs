using System.CommandLine;
using System.Globalization;
using Progeny.Abstractions.Explanations;
using Progeny.Cli.Common;
using Progeny.Contracts.Explanations;
using Spectre.Console;

namespace Progeny.Cli.Explanations;

/// <summary><c>progeny model explain</c></summary>
internal static class ModelExplainCommand
{
    private static readonly Dictionary<string, string> Spaces = new(StringComparer.Ordinal)
    {
        ["probability"] = "the probability",
        ["value"] = "the value",
        ["log_odds"] = "the log-odds",
        ["logit"] = "the logit (before the softmax)",
        ["log"] = "the logarithm of the value",
        ["margin"] = "the margin",
    };

    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var query = Arguments.Query();
        var label = new Option<string?>(
            "--class") { Description = "The class to explain; without it the one predicted.", HelpName = "NAME" };
        var method = new Option<string>(
            "--method")
            {
                Description = "How: auto, enumeration, trees or sampling.",
                HelpName = "METHOD",
                DefaultValueFactory = _ => "auto",
            };
        method.AcceptOnlyFromAmong("auto", "enumeration", "trees", "sampling");
        var sequence = Arguments.Sequence();
        var command = new Command(
            "explain",
            "Why a logged query was answered as it was: the part of each feature, the rules, the arm.")
            {
                project,
                query,
                label,
                method,
                sequence,
            };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (name, id, how) = (result.GetRequiredValue(project), result.GetRequiredValue(query), result.GetRequiredValue(method));
            // What is inserted is escaped, so that each wish has an address of its own.
            FormattableString path = (result.GetValue(label), result.GetValue(sequence)) switch
            {
                ({ } asked, { } place) => $"api/projects/{name}/queries/{id}/explain?method={how}&sequence={place}&class={asked}",
                ({ } asked, null) => $"api/projects/{name}/queries/{id}/explain?method={how}&class={asked}",
                (null, { } place) => $"api/projects/{name}/queries/{id}/explain?method={how}&sequence={place}",
                (null, null) => $"api/projects/{name}/queries/{id}/explain?method={how}",
            };
            var answer = await client.GetAsync<ExplanationView>(path, cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context.Out, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, ExplanationView explanation)
    {
        var explained = Spaces.GetValueOrDefault(explanation.Space, explanation.Space)
            + (explanation.Class is { } name ? $" of '{name}'" : "");
        Tables.WritePairs(
            console,
            [
                ("query", explanation.QueryId),
                ("answered by", $"{explanation.Version} ({explanation.Arm}, {explanation.Reason})"),
                ("rules", explanation.Rules.Count == 0 ? null : string.Join(", ", explanation.Rules)),
                ("prediction", explanation.Prediction.GetRawText()),
                ("explained", explanation.Contributions.Count == 0 ? null : $"{explained}: {Figure(explanation.Value)}"),
                ("background", explanation.Contributions.Count == 0
                    ? null
                    : $"{Figure(explanation.BaseValue)} on average over {Tables.Plural(explanation.Background.Rows, "row")} "
                        + $"({(explanation.Background.Source == "training" ? "of the training" : "of logged queries")})"),
                ("method", Method(explanation)),
                .. explanation.Notes.Select(note => ("note", (string?)note)),
            ]);
        if (explanation.Contributions.Count == 0)
            return;
        var sampled = explanation.Contributions.Any(part => part.StandardError is not null);
        var table = Tables.Create(
            console, ["feature", "value", "from", "contribution", .. sampled ? ["standard error"] : Array.Empty<string>()]).RightAlign(3);
        foreach (var part in explanation.Contributions)
            table.AddTexts(
                [
                    part.Feature,
                    Text(part.Value),
                    part.From,
                    Figure(part.Contribution),
                    .. sampled ? [Tables.Figure(part.StandardError)] : Array.Empty<string>(),
                ]);
        console.Write(table);
    }

    private static string Method(ExplanationView explanation) => explanation.Method switch
    {
        ExplanationMethod.Enumeration => "exact: all combinations of the features",
        ExplanationMethod.Trees => "exact: along the trees",
        ExplanationMethod.Sampling => $"sampled: {Tables.Count(explanation.Samples)} orders of the features",
        _ => "none: a rule answered",
    };

    private static string Figure(double value) => value.ToString("+0.000000;-0.000000;0.000000", CultureInfo.InvariantCulture);

    private static string Text(object? value) => value?.ToString() ?? "–";
}
