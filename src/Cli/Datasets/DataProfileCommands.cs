using System.CommandLine;
using System.Globalization;
using Progeny.Cli.Common;
using Progeny.Core.Datasets.Catalog;
using Spectre.Console;

namespace Progeny.Cli.Datasets;

/// <summary><c>progeny data profile</c> and <c>compare</c></summary>
internal static class DataProfileCommands
{
    private const int MaxCell = 40;

    public static Command CreateProfile(CliContext context)
    {
        var version = DataCommands.Version();
        var command = new Command("profile", "What the values of a version look like, column by column.") { version };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (dataset, number) = DataCommands.Split(result.GetRequiredValue(version));
            var answer = await client.GetAsync<DatasetProfile>($"api/datasets/{dataset}/versions/{number}/profile", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    public static Command CreateCompare(CliContext context)
    {
        var dataset = DataCommands.Dataset();
        var from = new Argument<string?>("FROM") { Description = "The earlier version; without it the one before.",
            Arity = ArgumentArity.ZeroOrOne };
        var to = new Argument<string?>("TO") { Description = "The later version; without it the newest.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("compare", "How two versions differ: rows, columns, distributions.") { dataset, from, to };
        var server = ServerOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var client = server.Connect(result);
            var (name, before, after) = (result.GetRequiredValue(dataset), result.GetValue(from), result.GetValue(to) ?? "latest");
            var answer = before is null
                ? await client.GetAsync<ProfileComparison>($"api/datasets/{name}/compare?to={after}", cancellationToken)
                : await client.GetAsync<ProfileComparison>($"api/datasets/{name}/compare?from={before}&to={after}", cancellationToken);
            if (server.WantsJson(result))
                context.WriteRaw(answer.Json);
            else
                Write(context, answer.Value);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(CliContext context, DatasetProfile profile)
    {
        context.Out.WriteLine(Tables.Plural(profile.Rows, "row"));
        var table = Tables.Create(context.Out, "column", "type", "nulls", "distinct", "least", "median", "greatest", "most frequent",
            "but").RightAlign(2, 4);
        foreach (var column in profile.Columns)
        {
            table.AddTexts(
                column.Name, column.Type.ToLowerInvariant(), Share(column.Nulls, profile.Rows), Tables.Count(column.Distinct),
                    Cut(column.Min),
                column.Mean is not null && column.Quantiles.Count > 0 ? Number(column.Quantiles[column.Quantiles.Count / 2]) : "",
                Cut(column.Max),
                Cut(string.Join(", ", column.Top.Take(3).Select(top => $"{top.Value} ({Tables.Count(top.Count)})"))),
                Text(column.Looks));
        }

        context.Out.Write(table);
    }

    private static void Write(CliContext context, ProfileComparison comparison)
    {
        context.Out.WriteLine(
            $"rows {Tables.Count(comparison.RowsBefore)} → {Tables.Count(comparison.RowsAfter)}");
        var table = Tables.Create(context.Out, "column", "type", "nulls", "distinct", "mean", "shift").RightAlign(2);
        foreach (var column in comparison.Columns)
        {
            table.AddTexts(
                column.Name, Change(column.TypeBefore?.ToLowerInvariant(), column.TypeAfter?.ToLowerInvariant()),
                Change(Percent(column.NullsBefore), Percent(column.NullsAfter)),
                Change(Count(column.DistinctBefore), Count(column.DistinctAfter)),
                Change(Mean(column.MeanBefore), Mean(column.MeanAfter)),
                column.Shift is { } shift ? shift.ToString("0.000", CultureInfo.InvariantCulture) : "");
        }

        context.Out.Write(table);
    }

    private static string Text(LikelyType? looks) => looks is null ? ""
        : $"like a {looks.Type}, except {Tables.Count(looks.Contradictions)}" + (looks.Example is null ? "" : $": {Cut(looks.Example)}");

    private static string Change(string? before, string? after) => before == after ? after ?? ""
        : $"{before ?? "none"} → {after ?? "none"}";

    private static string? Count(long? value) => value is { } count ? Tables.Count(count) : null;

    private static string? Mean(double? value) => value is { } mean ? Number(mean) : null;

    private static string? Percent(double? share) => share?.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Share(long part, long all) => all == 0 ? "" : Percent((double)part / all)!;

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static string Cut(string? text) => text is null ? "" : text.Length > MaxCell ? text[..MaxCell] + "…" : text;
}
