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
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Progeny.Gateway.dll"), "--urls", "http://127.0.0.1:0", "--Data", data])
            start.ArgumentList.Add(argument);
        var program = Process.Start(start)!;
        string? line;
        do
        {
            line = await program.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The node ended.");
        }
        while (!line.Contains(Listening, StringComparison.Ordinal));
        program.OutputDataReceived += static (_, _) => { };
        program.BeginOutputReadLine();
        var node = new BenchNode(program, new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]));
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
