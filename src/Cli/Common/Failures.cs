using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Releases;
using Progeny.Core.Releases.Packages;
using Spectre.Console;

namespace Progeny.Cli.Common;

/// <summary>Says what went wrong, and what the program returns for it.</summary>
internal static class Failures
{
    private const int LogLines = 20;

    public static int Write(CliContext context, Exception exception, CancellationToken cancellationToken)
    {
        var console = context.Error;
        switch (exception)
        {
            case OperationCanceledException when cancellationToken.IsCancellationRequested:
                console.WriteLine("Cancelled.");
                return ExitCodes.Interrupted;
            case ServerUnreachableException:
                WriteLine(console, exception.Message);
                return ExitCodes.Failure;
            case CliException failure:
                WriteLine(console, failure.Message);
                return failure.ExitCode;
            case ServerException failure:
                WriteProblem(console, failure);
                return ExitCodes.Failure;
            case InvalidManifestException failure:
                ManifestErrors.Write(console, failure.Errors, failure.Text);
                return ExitCodes.Failure;
            case TrainingFailedException failure:
                WriteTraining(console, failure);
                WriteCause(console, failure);
                return ExitCodes.Failure;
            case OptionsValidationException failure:
                foreach (var message in failure.Failures)
                    WriteLine(console, message);
                return ExitCodes.Usage;
            case PackageException or ProjectTemplateException or FeedException or IOException or UnauthorizedAccessException:
                WriteLine(console, exception.Message);
                WriteCause(console, exception);
                return ExitCodes.Failure;
            default:
                WriteLine(console, $"This should not have happened: {exception}");
                return ExitCodes.Failure;
        }
    }

    public static void WriteLine(IAnsiConsole console, string message)
    {
        console.Markup("[red bold]error:[/] ");
        console.WriteLine(message);
    }

    /// <summary>What the driver of a feed said: here the developer is the operator, and there is no log.</summary>
    private static void WriteCause(IAnsiConsole console, Exception exception)
    {
        var feed = exception as FeedException ?? exception.InnerException as FeedException;
        if (feed?.InnerException is { } cause && !feed.Message.Contains(cause.Message, StringComparison.Ordinal))
            console.WriteLine($"  {cause.Message}");
    }

    private static void WriteProblem(IAnsiConsole console, ServerException failure)
    {
        WriteLine(console, failure.Message);
        foreach (var error in failure.Problem?.Errors ?? [])
        {
            List<string> place = [];
            if (error.Row is { } row)
                place.Add($"row {row}");
            if ((error.Field ?? error.Path) is { Length: > 0 } field)
                place.Add(field);
            console.WriteLine($"  {string.Join(", ", place)}{(place.Count > 0 ? ": " : "")}{error.Message}");
        }
    }

    private static void WriteTraining(IAnsiConsole console, TrainingFailedException failure)
    {
        var lines = failure.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length > 0)
            console.MarkupLine(
                lines.Length > LogLines ? $"[grey]the last {LogLines} lines of the trainer:[/]" : "[grey]the trainer said:[/]");
        foreach (var line in lines.TakeLast(LogLines))
            console.MarkupLine($"[grey]  {line.TrimEnd().EscapeMarkup()}[/]");
        WriteLine(console, $"{failure.Stage switch
        {
            TrainingStage.Source => "Reading the source failed",
            TrainingStage.Data => "The rows cannot be used",
            TrainingStage.Trainer => "The trainer failed",
            TrainingStage.Acceptance => "The model was refused",
            _ => "The evaluation failed",
        }}: {failure.Message}");
    }
}
