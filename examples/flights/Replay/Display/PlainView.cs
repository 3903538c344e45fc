using Progeny.Replay.Metrics;

namespace Progeny.Replay.Display;

/// <summary>Lines, for where the output is no terminal.</summary>
internal sealed class PlainView(TextWriter output, TimeProvider time) : IView
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    public void Say(string line) => output.WriteLine(line);

    public async Task ShowProgressAsync(string title, Func<Action<double, string>, Task> work)
    {
        Say(title);
        var last = "";
        await work((_, message) =>
        {
            if (message != last)
                Say($"  {last = message}");
        });
    }

    public async Task ShowAsync(Func<Snapshot> read, Task replay)
    {
        var said = 0L;
        while (!replay.IsCompleted)
        {
            await Task.WhenAny(replay, Task.Delay(s_pause, time));
            var now = read();
            foreach (var decision in now.Decisions.Where(decision => decision.Place > said).Reverse())
                Say($"  {Texts.DecisionOf(decision)}");
            said = now.Decisions is [var last, ..] ? last.Place : said;
            Say(LineOf(now));
        }
    }

    private static string LineOf(Snapshot now) =>
        $"{Texts.Clock(now.Now)}  {Texts.Count(now.Answered)} of {Texts.Count(now.Flights)} queries  {Texts.Rate(now.PerSecond)}/s  "
        + $"p50 {Texts.Milliseconds(now.P50)}  p99 {Texts.Milliseconds(now.P99)}  {now.Generation ?? "–"}  "
        + $"{Texts.Count(now.Score.Outcomes)} outcomes  accuracy {Texts.Share(now.Score.Accuracy)} (baseline {Texts.Share(now.Score.BaselineAccuracy)})  "
        + $"log loss {Texts.Loss(now.Score.LogLoss)} (baseline {Texts.Loss(now.Score.BaselineLogLoss)})"
        + (now.Refused > 0 ? $"  {Texts.Count(now.Refused)} refused, last: {now.LastRefusal}" : "")
        + (now.Unmatched > 0 ? $"  {Texts.Count(now.Unmatched)} outcomes came before the log had their query" : "");
}
