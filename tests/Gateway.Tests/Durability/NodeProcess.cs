using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Progeny.Core.Releases.Packages;

namespace Progeny.Gateway.Tests.Durability;

/// <summary>A node as an operator starts it, a program of its own, so that it can be killed.</summary>
internal sealed class NodeProcess : IDisposable
{
    /// <summary>
    /// Settings with which programs of projects run without a sandbox, in a cluster, too: scripts of tests wait for files beside their
    /// folder.
    /// </summary>
    internal static readonly string[] Unsandboxed = ["--Jobs:Sandbox", "off", "--Jobs:AllowUnsandboxed", "true", "--Jobs:Commands", "*"];

    private const string Listening = "Now listening on: ";

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly TaskCompletionSource<string> address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(string program, string data, string[] settings, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = Processes.StartInfo(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, program),
                "--urls",
                "http://127.0.0.1:0",
                "--Data",
                data,
                "--Trainer:LowPriority",
                "false",
                .. Unsandboxed,
                .. settings,
            ]);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.WorkingDirectory = AppContext.BaseDirectory;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public HttpClient Http { get; } = new();

    public int Id => process.Id;

    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>Starts a gateway and waits until it listens.</summary>
    public static Task<NodeProcess> StartAsync(string data, params string[] settings) =>
        StartAsync(data, new Dictionary<string, string>(), settings);

    /// <summary>Starts a gateway with settings in its environment besides.</summary>
    public static async Task<NodeProcess> StartAsync(string data, IReadOnlyDictionary<string, string> environment, params string[] settings)
    {
        var node = new NodeProcess("Progeny.Gateway.dll", data, settings, environment);
        node.Http.BaseAddress = new Uri(await node.address.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        return node;
    }

    /// <summary>Starts a gateway, and waits for nothing.</summary>
    public static NodeProcess Begin(string data, params string[] settings) => new("Progeny.Gateway.dll", data, settings);

    /// <summary>Starts a silo and waits until it is up.</summary>
    public static async Task<NodeProcess> StartSiloAsync(string data, params string[] settings)
    {
        var node = new NodeProcess("Progeny.Silo.dll", data, settings);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!node.Output.Contains(" is up, on ", StringComparison.Ordinal))
            await Task.Delay(20, patience.Token);
        node.Http.BaseAddress = new Uri(await node.address.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        return node;
    }

    /// <summary>Runs a program that is expected to end by itself.</summary>
    /// <returns>The exit code and what it printed.</returns>
    public static Task<(int ExitCode, string Output)> RunAsync(string program, string data, params string[] settings) =>
        RunAsync(program, data, new Dictionary<string, string>(), settings);

    /// <summary>The same with settings in its environment besides.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program, string data, IReadOnlyDictionary<string, string> environment, params string[] settings)
    {
        // That it has no sandbox, which it says before it says what is wrong, is the doing of the tests.
        using var node = new NodeProcess(
            program, data, ["--Logging:LogLevel:Progeny.Grains.Training.SandboxStartup", "None", .. settings], environment);
        await node.ExitAsync();
        return (node.process.ExitCode, node.Output.Trim());
    }

    /// <summary>SIGKILL: nothing of the node gets to run any more.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await ExitAsync();
    }

    /// <summary>SIGTERM: asks the node to stop.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        await process.SignalAsync("TERM");
        await ExitAsync();
        return process.ExitCode;
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await Http.GetAsync(path);
        return await ReadAsync(response);
    }

    public async Task<JsonNode> PostAsync(string path, object body)
    {
        using var response = await Http.PostAsJsonAsync(path, body);
        return await ReadAsync(response);
    }

    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var answer = await GetAsync(path);
            if (wanted(answer))
                return answer;
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>Publishes the project, and returns the id of a job that trains it.</summary>
    public async Task<string> PublishAndTrainAsync(string project, string folder)
    {
        await PublishAsync(project, folder);
        return (string)(await PostAsync($"/api/projects/{project}/jobs", new { kind = "train" }))["id"]!;
    }

    public async Task PublishAsync(string project, string folder)
    {
        using var zip = new MemoryStream();
        await PackageWriter.WriteAsync(folder, zip, CancellationToken.None);
        using var content = new ByteArrayContent(zip.ToArray());
        content.Headers.ContentType = new("application/zip");
        using var response = await Http.PostAsync($"/api/projects/{project}/releases", content);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Publishes, trains and promotes generation 1.</summary>
    public async Task ServeAsync(string project, string folder)
    {
        var job = await PublishAndTrainAsync(project, folder);
        await UntilAsync($"/api/jobs/{job}", info => (string)info["status"]! == "succeeded");
        await PostAsync($"/api/projects/{project}/promotions", new { version = "1.0.0:1", reason = "the first" });
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
        Http.Dispose();
    }

    private async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{text}\n{Output}");
        return JsonNode.Parse(text)!;
    }

    private async Task ExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(patience.Token);
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            address.TrySetException(new InvalidOperationException($"The node does not listen: {Output}"));
            return;
        }

        lock (output)
            output.AppendLine(line);
        if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
            address.TrySetResult(line[(at + Listening.Length)..].Trim());
    }
}
