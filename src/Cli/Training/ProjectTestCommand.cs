using System.CommandLine;
using Progeny.Cli.Common;
using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training;
using Progeny.Storage.Expressions;
using Spectre.Console;

namespace Progeny.Cli.Training;

/// <summary><c>progeny project test</c></summary>
internal static class ProjectTestCommand
{
    private const string Contract = "the model keeps its contract";

    public static Command Create(CliContext context)
    {
        var command = new Command("test", "Train the project, hold its model to the schema, and run the manifest's own tests.");
        var options = DevelopmentOptions.AddTo(command, context);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var workshop = await options.OpenAsync(result, cancellationToken);
            var manifest = workshop.Manifest;
            TrainingResult training;
            try
            {
                training = await workshop.TrainAsync(
                    ToTest(manifest), TrainingPurpose.Generation, options.From(result), options.To(result), cancellationToken);
            }
            catch (TrainingFailedException failure) when (failure.Stage is TrainingStage.Acceptance)
            {
                return Write(
                    context.Out,
                    manifest,
                    [MakeContract(manifest, failure.Message)],
                    $"the {manifest.Tests.Count} tests of the manifest did not run");
            }

            using var model = ModelRunner.Load(training.Model!, manifest);
            using var rules = new RuleCompiler(new SqliteExpressionEngine()).Compile(manifest);
            return Write(
                context.Out,
                manifest,
                [MakeContract(manifest, refusal: null), .. ProjectTests.Run(model, manifest, rules)],
                TrainingSummary.Describe(manifest, training));
        });
        return command;
    }

    /// <summary>The tests want the model of a generation; its folds are a matter for the evaluation.</summary>
    private static Manifest ToTest(Manifest manifest) => manifest.Evaluation.Method is EvaluationMethod.KFold
        ? manifest with { Evaluation = new EvaluationManifest { Refit = true } }
        : manifest;

    private static ProjectTestResult MakeContract(Manifest manifest, string? refusal) => new(
        Contract, refusal is null,
        manifest.Pipeline.Model is null ? "fits the schema, predicts as its trainer" : "fits the schema",
        refusal ?? "accepted");

    private static int Write(IAnsiConsole console, Manifest manifest, IReadOnlyList<ProjectTestResult> results, string summary)
    {
        var table = Tables.Create(console, "result", "test", "expected", "seen");
        foreach (var result in results)
        {
            table.AddRow(
                new Text(result.Passed ? "passed" : "FAILED", new Style(result.Passed ? Color.Green : Color.Red)),
                new Text(result.Name), new Text(result.Expected), new Text(result.Seen));
        }

        console.MarkupLine($"[bold]{manifest.Name} {manifest.Version.ToNormalizedString().EscapeMarkup()}[/]");
        console.Write(table);
        var failed = results.Count(result => !result.Passed);
        console.MarkupLine(
            $"[{(failed == 0 ? "green" : "red")} bold]{results.Count - failed} passed, {failed} failed[/] ({summary.EscapeMarkup()}; "
                + "nothing was kept)");
        if (manifest.Tests.Count == 0)
            console.MarkupLine("[yellow]note:[/] the manifest has no tests of its own; its key 'tests' takes them");
        return failed == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }
}
