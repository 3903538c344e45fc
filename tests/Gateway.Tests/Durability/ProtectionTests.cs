using System.Diagnostics;
using System.Globalization;
using System.Text;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Durability;

/// <summary>A node keeps its secrets and its files from other programs.</summary>
[Collection("processes")]
public sealed class ProtectionTests : DataFixture
{
    private const string Secret = "hunter2.example";

    [Fact]
    public async Task Node_is_closed_to_other_programs_and_its_data_are_for_its_owner_only()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Directory.CreateDirectory(Data, (UnixFileMode)0b111_101_101);
        using var node = await NodeProcess.StartAsync(
            Data,
            new Dictionary<string, string>
            {
                ["PROGENY_Http__AllowedHosts"] = Secret,
                ["Feeds__a__Kind"] = "sqlite",
                ["Feeds__a__ConnectionString"] = $"Data Source={Secret}",
            });

        // The settings hold, though the kernel does not show them any more.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/about") { Headers = { Host = Secret } };
        using var answer = await node.Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        (await ReadAsync(["cat"], node.Id)).ShouldNotContain(Secret);

        // What root may do, it may do by capabilities: without them, it is a user like any other.
        const string capabilities = "-sys_ptrace,-sys_admin,-perfmon";
        List<string> plain = Environment.IsPrivilegedProcess
            ? ["setpriv", $"--bounding-set={capabilities}", $"--inh-caps={capabilities}", "cat"]
            : ["cat"];
        (await ReadAsync(plain, node.Id)).ShouldBe("");
        Directory.EnumerateFiles(Path.GetTempPath(), $"*-{node.Id}-*")
            .Where(path => path.Contains("dotnet-diagnostic") || path.Contains("clr-debug")).ShouldBeEmpty();

        await node.PublishAsync("closed", EchoProject.WriteFinished(PathOf("closed"), "closed"));
        foreach (var entry in new DirectoryInfo(Data).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Prepend(new DirectoryInfo(Data)))
            ((int)entry.UnixFileMode & 0b111_111).ShouldBe(0, $"{entry.FullName} is {entry.UnixFileMode}");
        node.Output.ShouldContain("could be read by others (mode 755)");
    }

    /// <summary>What a program reads of a process' environment.</summary>
    private static async Task<string> ReadAsync(List<string> command, int process)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/environ");
        using var reader = Process.Start(new ProcessStartInfo(command[0], [.. command[1..], path])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        var text = await reader.StandardOutput.ReadToEndAsync();
        await reader.WaitForExitAsync();
        return text;
    }
}
