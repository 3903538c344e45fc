using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Cli.Training;
using Progeny.Core.Evaluation;
using Progeny.Core.Manifests;
using Progeny.Core.Training;
using Spectre.Console;

namespace Progeny.Cli.Evaluation;

/// <summary><c>progeny project eval</c></summary>
internal static class ProjectEvalCommand
{
    public static Command Create(CliContext context)
    {
        var command = new Command("eval", "Train on some rows, measure on others, as the manifest's evaluation says.");
        var options = DevelopmentOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var workshop = await options.OpenAsync(result, cancellationToken);
            var manifest = workshop.Manifest;
            var training = await workshop.TrainAsync(
                manifest, TrainingPurpose.Evaluation, options.From(result), options.To(result), cancellationToken);
            if (training.Evaluation is not { } report)
            {
                throw new CliException(
                    $"'{manifest.Name}' takes a finished model and names no rows to measure it on; the manifest's schema, label and "
                        + "source would.");
            }

            context.Out.MarkupLine(
                $"[bold]{manifest.Name} {manifest.Version.ToNormalizedString().EscapeMarkup()}[/]: {Describe(manifest, training, report)}");
            WriteMetrics(context.Out, report);
            if (report.Confusion is { } confusion)
                WriteConfusion(context.Out, confusion);
            context.Out.WriteLine("docs/evaluation.md says what each figure means. Nothing was kept.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static string Describe(Manifest manifest, TrainingResult training, EvaluationReport report)
    {
        var ordered = manifest.Source?.Ordinal is not null;
        if (manifest.Pipeline.Model is { } model)
            return $"{model.EscapeMarkup()}, measured on {(report.Rows == 1 ? "the only row" : $"all {Tables.Count(report.Rows)} rows")}";
        return manifest.Evaluation.Method is EvaluationMethod.KFold
            ? $"{Tables.Plural(report.Rows, "row")} in {report.Folds.Count} folds, "
                + $"{(ordered ? "in time order, each predicted from what came before it" : "by chance, each measured once")}"
            : $"trained on {(ordered ? "the first " : "")}{Tables.Plural(training.TrainRows, "row")}, measured on "
                + $"{(ordered ? "the last " : "")}{Tables.Count(report.Rows)}{(ordered ? " in time" : ", chosen by chance")}";
    }

    private static void WriteMetrics(IAnsiConsole console, EvaluationReport report)
    {
        var folds = report.Folds;
        var table = folds.Count > 0
            ? Tables.Create(console, "metric", "mean", "lowest", "highest", "better").RightAlign(1, 4)
            : Tables.Create(console, "metric", "value", "better").RightAlign(1, 2);
        foreach (var (name, value) in report.Metrics)
        {
            var better = MetricCatalogue.Find(name) is { GreaterIsBetter: true } ? "greater" : "smaller";
            if (folds.Count > 0)
                table.AddTexts(
                    name,
                    Tables.Figure(value),
                    Tables.Figure(folds.Min(fold => fold.Metrics[name])),
                    Tables.Figure(folds.Max(fold => fold.Metrics[name])),
                    better);
            else
                table.AddTexts(name, Tables.Figure(value), better);
        }

        console.Write(table);
    }

    private static void WriteConfusion(IAnsiConsole console, ConfusionMatrix confusion)
    {
        var table = Tables.Create(console, [.. confusion.Classes.Select(name => $"predicted {name}").Prepend("rows"), "all"]).RightAlign(1);
        for (var truth = 0; truth < confusion.Classes.Count; truth++)
            table.AddTexts(
                [
                    $"truly {confusion.Classes[truth]}",
                    .. confusion.Counts[truth].Select(Tables.Count),
                    Tables.Count(confusion.Actual(truth)),
                ]);
        console.Write(table);
    }
}
