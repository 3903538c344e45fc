using Progeny.Replay.Metrics;
using Spectre.Console;

namespace Progeny.Replay.Display;

/// <summary>A progress bar and a live table in the terminal.</summary>
internal sealed class TerminalView(IAnsiConsole console, TimeProvider time) : IView
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    public void Say(string line) => console.MarkupLineInterpolated($"{line}");

    public Task ShowProgressAsync(string title, Func<Action<double, string>, Task> work) => console.Progress()
        .Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .StartAsync(async progress =>
        {
            var task = progress.AddTask(Markup.Escape(title), maxValue: 1);
            await work((share, message) =>
            {
                task.Value = share;
                task.Description = Markup.Escape($"{title}: {message}");
            });
        });

    public Task ShowAsync(Func<Snapshot> read, Task replay) => console.Live(PageOf(read())).StartAsync(async live =>
    {
        while (!replay.IsCompleted)
        {
            await Task.WhenAny(replay, Task.Delay(s_pause, time));
            live.UpdateTarget(PageOf(read()));
            live.Refresh();
        }
    });

    private static Rows PageOf(Snapshot now) => new(
    [
        TableOf(now),
        .. now.Decisions.Select(decision => new Text(Texts.DecisionOf(decision)) { Overflow = Overflow.Ellipsis }),
    ]);

    private static Table TableOf(Snapshot now)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .Title($"[bold]{Texts.Clock(now.Now)}[/]  [grey]{Texts.Count((int)now.Speed)} times as fast as the world[/]")
            .AddColumn("").AddColumn(new TableColumn("now").RightAligned()).AddColumn(new TableColumn("without a model").RightAligned());
        Row(table, "queries answered", $"{Texts.Count(now.Answered)} of {Texts.Count(now.Flights)}");
        Row(table, "queries per second", Texts.Rate(now.PerSecond));
        Row(table, "latency p50", Texts.Milliseconds(now.P50));
        Row(table, "latency p99", Texts.Milliseconds(now.P99));
        Row(table, "generation in production", now.Generation ?? "–");
        Row(table, "outcomes reported", Texts.Count(now.Score.Outcomes));
        Row(table, "accuracy", Texts.Share(now.Score.Accuracy), Texts.Share(now.Score.BaselineAccuracy));
        Row(table, "log loss", Texts.Loss(now.Score.LogLoss), Texts.Loss(now.Score.BaselineLogLoss));
        if (now.Unmatched > 0)
            Row(table, "outcomes ahead of the log", Texts.Count(now.Unmatched));
        if (now.Refused > 0)
            Row(table, "queries refused", Texts.Count(now.Refused));
        if (now.LastRefusal is { } refusal)
            table.Caption(Markup.Escape(refusal));
        return table;
    }

    private static void Row(Table table, string name, string value, string baseline = "") =>
        table.AddRow(Markup.Escape(name), $"[bold]{Markup.Escape(value)}[/]", $"[grey]{Markup.Escape(baseline)}[/]");
}
