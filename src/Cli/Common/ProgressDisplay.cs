using System.Globalization;
using Spectre.Console;

namespace Progeny.Cli.Common;

/// <summary>Shows how far something is: a bar in a terminal, which is gone in the end; a line for each tenth elsewhere.</summary>
internal static class ProgressDisplay
{
    public static async Task<T> RunAsync<T>(CliContext context, Func<IProgress<Step>, Task<T>> work)
    {
        var console = context.Error;
        if (!console.Profile.Capabilities.Interactive)
            return await work(new PlainLines(console));
        return await console.Progress()
            .AutoClear(true)
            .Columns(
                new SpinnerColumn(), new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new ElapsedTimeColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(progress => work(new Bar(progress.AddTask("starting", maxValue: 1))));
    }

    private sealed class Bar(ProgressTask task) : IProgress<Step>
    {
        public void Report(Step value)
        {
            // A task that is full counts as finished and its clock stops, but the last fold may still be measured.
            task.Value = Math.Min(value.Fraction, 0.999);
            if (value.Message.Length > 0)
                task.Description = value.Message.EscapeMarkup();
        }
    }

    private sealed class PlainLines(IAnsiConsole console) : IProgress<Step>
    {
        private readonly Lock gate = new();
        private int tenth = -1;

        public void Report(Step value)
        {
            var now = (int)(value.Fraction * 10);
            lock (gate)
            {
                if (now <= tenth)
                    return;
                tenth = now;
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Fraction * 100,3:0} %  {value.Message}"));
            }
        }
    }
}
