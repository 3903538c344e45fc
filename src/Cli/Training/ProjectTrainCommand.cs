using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Core.Training;
using Spectre.Console;

namespace Progeny.Cli.Training;

/// <summary><c>progeny project train</c></summary>
internal static class ProjectTrainCommand
{
    public static Command Create(CliContext context)
    {
        var output = new Option<string?>("--output", "-o") { Description = "Keep the model in this file.", HelpName = "FILE.onnx" };
        var command = new Command("train", "Train the project once, to see that it does.") { output };
        var options = DevelopmentOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var workshop = await options.OpenAsync(result, cancellationToken);
            var training = await workshop.TrainAsync(
                workshop.Manifest, TrainingPurpose.Generation, options.From(result), options.To(result), cancellationToken);
            var file = result.GetValue(output);
            if (file is not null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
                File.Copy(training.Model!, file, overwrite: true);
            }

            Write(context.Out, workshop.Manifest, training, file);
            return ExitCodes.Success;
        });
        return command;
    }

    private static void Write(IAnsiConsole console, Manifest manifest, TrainingResult training, string? file)
    {
        console.MarkupLine(
            $"[bold]{manifest.Name} {manifest.Version.ToNormalizedString().EscapeMarkup()}[/]: "
                + $"[green]{TrainingSummary.Describe(manifest, training).EscapeMarkup()}[/]");
        Tables.WritePairs(
            console,
            [
                ("rows", training.Data is { } data ? Tables.Count(data.Rows) + Range(data) : null),
                ("evaluation", training.Evaluation is { } report ? $"on {Tables.Plural(report.Rows, "row")}" : null),
                .. (training.Evaluation?.Metrics ?? new Dictionary<string, double?>()).Select(
                    metric => ($"  {metric.Key}", (string?)Tables.Figure(metric.Value))),
                ("model", $"{Tables.Plural(new FileInfo(training.Model!).Length, "byte")}{(file is null ? "" : $", kept as {file}")}"),
            ]);
        if (file is null)
            console.WriteLine(
                "Nothing was kept; --output model.onnx keeps the model, a server's generations come from 'progeny model train'.");
    }

    private static string Range(TrainingData data) => data is { First: { } first, Last: { } last } ? $", from {first} to {last}" : "";
}
