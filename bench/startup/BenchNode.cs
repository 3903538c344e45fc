using System.Diagnostics;

namespace Progeny.Startup.Bench;

/// <summary>A node as a process of its own, which is killed when the measurement is over.</summary>
internal sealed class BenchNode : IDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process process;

    private BenchNode(Process process, Uri address)
    {
        this.process = process;
        Http = new HttpClient { BaseAddress = address };
    }

    public HttpClient Http { get; }

    /// <summary>Starts a node and returns when it says that it is ready for queries.</summary>
    public static async Task<BenchNode> StartAsync(string data)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in (string[])[
            Path.Combine(AppContext.BaseDirectory, "Progeny.Gateway.dll"),
            "--urls",
            "http://127.0.0.1:0",
            "--Data",
            data,
        ])
            start.ArgumentList.Add(argument);
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var program = new Process { StartInfo = start };
        program.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                address.TrySetException(new InvalidOperationException("The node ended."));
            else if (line.Data.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
                address.TrySetResult(new Uri(line.Data[(at + Listening.Length)..]));
        };
        program.Start();
        program.BeginOutputReadLine();
        var node = new BenchNode(program, await address.Task);
        (await node.Http.GetAsync("/v2/health/ready")).EnsureSuccessStatusCode();
        return node;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Http.Dispose();
    }
}
