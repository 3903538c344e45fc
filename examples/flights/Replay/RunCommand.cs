using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Progeny.Core.Releases.Packages;
using Progeny.Replay.Display;
using Progeny.Replay.Feedback;
using Progeny.Replay.Feeds;
using Progeny.Replay.Lifecycle;
using Progeny.Replay.Metrics;
using Progeny.Replay.Serving;
using Spectre.Console;

namespace Progeny.Replay;

/// <summary><c>run</c>: releases and trains the project on a node where that was not done yet, replays flights against it and shows how it runs itself.</summary>
internal static class RunCommand
{
    /// <summary>The flights of January and February are trained on, those of March replayed.</summary>
    private static readonly DateTime s_cut = new(2001, 3, 1, 0, 0, 0, DateTimeKind.Unspecified);

    public static Command Create()
    {
        var node = new Option<Uri>("--node") { Required = true, Description = "The node's address, e.g. http://127.0.0.1:8080", CustomParser = ReadAddress };
        var project = new Option<DirectoryInfo>("--project") { Required = true, Description = "The folder of the project flights" };
        var flights = new Option<FileInfo>("--flights") { Required = true, Description = "The SQLite file of the feed" };
        var journal = new Option<FileInfo>("--journal") { Required = true, Description = "The file that keeps how far the replay is" };
        var minutes = new Option<double>("--minutes") { DefaultValueFactory = _ => 10, Description = "How long the whole replay takes" };
        var queries = new Option<int>("--queries") { DefaultValueFactory = _ => int.MaxValue, Description = "How many flights to ask about at most" };
        var noReplay = new Option<bool>("--no-replay") { Description = "Release and train only" };
        minutes.Validators.Add(result => Require(result.GetValueOrDefault<double>() is > 0 and <= 1_000_000, "--minutes must be a number above 0", result.AddError));
        queries.Validators.Add(result => Require(result.GetValueOrDefault<int>() > 0, "--queries must be a whole number above 0", result.AddError));
        var command = new Command("run", "Brings the project into service and replays flights as live queries.") { node, project, flights, journal, minutes, queries, noReplay };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            try
            {
                using var client = new NodeClient(arguments.GetRequiredValue(node), "flights");
                var view = CreateView();
                await client.WaitUntilReadyAsync(TimeSpan.FromMinutes(1), TimeProvider.System, cancellationToken);
                await new ProjectSetup(client, view, TimeProvider.System)
                    .EnsureAsync(arguments.GetRequiredValue(project).FullName, cancellationToken);
                if (!arguments.GetValue(noReplay))
                    await ReplayAsync(
                        client, view, arguments.GetRequiredValue(flights).FullName, arguments.GetRequiredValue(journal).FullName,
                        TimeSpan.FromMinutes(arguments.GetValue(minutes)), arguments.GetValue(queries), cancellationToken);
                return 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return 0;
            }
            catch (Exception exception) when (exception is NodeException or PackageException)
            {
                await Console.Error.WriteLineAsync(exception.Message);
                return 1;
            }
        });
        return command;
    }

    private static async Task ReplayAsync(
        NodeClient client, IView view, string database, string journalFile, TimeSpan length, int queries, CancellationToken cancellationToken)
    {
        using var journal = new Journal(journalFile);
        var score = new Score(await FlightsFeed.LateShareBeforeAsync(database, s_cut));
        var flights = await FlightsFeed.ReadFromAsync(database, s_cut);
        var replay = new FlightReplay(client, journal, score, flights, length, queries, TimeProvider.System);
        var decisions = new DecisionWatch(client, TimeProvider.System);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = decisions.RunAsync(over.Token);
        var running = replay.RunAsync(cancellationToken);
        await view.ShowAsync(() => replay.Read() with { Decisions = decisions.Latest }, running);
        await over.CancelAsync();
        await watching;
        Summarize(view, replay.Read());
        await running;
    }

    private static void Summarize(IView view, Snapshot now)
    {
        var figures = now.Score;
        view.Say(string.Create(CultureInfo.InvariantCulture, $"{Texts.Count(now.Answered)} of {Texts.Count(now.Flights)} flights were asked about, {Texts.Count(figures.Outcomes)} outcomes are known: ")
            + $"accuracy {Texts.Share(figures.Accuracy)} (always the majority class: {Texts.Share(figures.BaselineAccuracy)}), "
            + $"log loss {Texts.Loss(figures.LogLoss)} (always the share seen in training: {Texts.Loss(figures.BaselineLogLoss)}).");
    }

    private static IView CreateView()
    {
        if (Console.IsOutputRedirected)
            return new PlainView(Console.Out, TimeProvider.System);
        // A script that waits for this program gives it no input; what counts here is that somebody reads the output.
        return new TerminalView(AnsiConsole.Create(new AnsiConsoleSettings { Interactive = InteractionSupport.Yes }), TimeProvider.System);
    }

    private static Uri? ReadAddress(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https"))
            return address;
        result.AddError($"--node is '{result.Tokens[0].Value}'; an address such as http://127.0.0.1:8080 would be right");
        return null;
    }

    private static void Require(bool condition, string message, Action<string> refuse)
    {
        if (!condition)
            refuse(message);
    }
}
