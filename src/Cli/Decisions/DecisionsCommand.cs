using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using Progeny.Cli.Common;
using Progeny.Contracts.Common;
using Progeny.Contracts.Decisions;
using Spectre.Console;

namespace Progeny.Cli.Decisions;

/// <summary><c>progeny decisions</c></summary>
internal static class DecisionsCommand
{
    public static Command Create(CliContext context)
    {
        var project = Arguments.Project();
        var experiment = new Option<string?>(
            "--experiment") { Description = "Only those of one experiment, e.g. canary-7.", HelpName = "EXPERIMENT" };
        var before = new Option<long?>("--before") { Description = "Only those with a smaller sequence number.", HelpName = "SEQUENCE" };
        var limit = new Option<int?>("--limit") { Description = "How many, 1 to 1000; 100 without it.", HelpName = "N" };
        var figures = new Option<bool>("--figures") { Description = "With the figures on which each was decided." };
        var command = new Command(
            "decisions",
            "Who or what decided what about a project, when and why; newest first.") { project, experiment, before, limit, figures };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var name = result.GetRequiredValue(project);
            List<(string Name, object Value)> given = [];
            if (result.GetValue(experiment) is { } id)
                given.Add(("experiment", id));
            if (result.GetValue(before) is { } sequence)
                given.Add(("before", sequence));
            if (result.GetValue(limit) is { } most)
                given.Add(("limit", most));
            var query = string.Concat(given.Select((parameter, i) => $"{(i == 0 ? '?' : '&')}{parameter.Name}={{{i + 1}}}"));
            var answer = await client.GetAsync<IReadOnlyList<DecisionView>>(
                FormattableStringFactory.Create(
                    "api/projects/{0}/decisions" + query, [name, .. given.Select(parameter => parameter.Value)]), cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else if (answer.Value.Count == 0)
                context.Out.WriteLine($"Nothing was decided about '{name}' yet.");
            else
                Write(context, answer.Value, result.GetValue(figures));
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(CliContext context, IReadOnlyList<DecisionView> decisions, bool withFigures)
    {
        var table = Tables.Create(
            context.Out, [.. new[] { "sequence", "at", "kind", "by", "what" }, .. withFigures ? new[] { "figures" } : []]).RightAlign(0, 1);
        foreach (var decision in decisions)
        {
            string[] cells = [
                decision.Sequence.ToString(CultureInfo.InvariantCulture),
                Tables.Time(decision.At),
                ApiJson.NameOf(decision.Kind),
                decision.By,
                decision.Message,
            ];
            table.AddTexts(
                withFigures
                    ? [.. cells, string.Join(", ", decision.Figures.Select(figure => $"{figure.Key} {Tables.Figure(figure.Value)}"))]
                    : cells);
        }

        context.Out.Write(table);
    }
}
