namespace Progeny.Gateway.Tests.Releases;

/// <summary>A file whose appearance lets a waiting trainer go on, and whose name marks that trainer's processes.</summary>
internal sealed class Gate(string folder)
{
    /// <summary>The script of a trainer that says so and then waits for the gate.</summary>
    public const string Script = """
        echo '{"progress": 0.5, "message": "waits at the gate"}'
        while [ ! -e "$1" ]; do sleep 0.02; done
        """;

    public string Path { get; } = System.IO.Path.Combine(folder, $"gate-{Guid.NewGuid():N}");

    public void Open() => File.WriteAllText(Path, "");

    /// <summary>The processes of this machine whose command line names the gate.</summary>
    public IReadOnlyList<int> Processes() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(process => int.TryParse(System.IO.Path.GetFileName(process), out var id) ? id : 0)
            .Where(id => id > 0 && Names(id)),
    ];

    /// <summary>Waits until no process waits at the gate any more.</summary>
    public async Task UntilNobodyWaitsAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Processes().Count > 0)
            await Task.Delay(20, patience.Token);
    }

    private bool Names(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains(Path, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // it has just ended
        }
    }
}
