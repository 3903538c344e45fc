using System.Net;
using System.Net.Sockets;

namespace Progeny.Gateway.Tests.Durability;

/// <summary>A node that cannot start says why in one sentence, and its exit code is not zero.</summary>
[Collection("processes")]
public sealed class StartupTests : DataFixture
{
    [Theory]
    [InlineData("Progeny.Gateway.dll")]
    [InlineData("Progeny.Silo.dll")]
    public async Task Second_node_on_a_data_folder_is_refused(string program)
    {
        using var first = await NodeProcess.StartAsync(Data);
        var (exitCode, output) = await NodeProcess.RunAsync(program, Data);
        exitCode.ShouldBe(1);
        output.ShouldStartWith($"The data folder '{Data}' is in use by process ");
        output.Split('\n').Length.ShouldBe(1, output);
    }

    [Fact]
    public async Task Taken_port_is_refused_and_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://{taken.LocalEndpoint}";
        var (exitCode, output) = await NodeProcess.RunAsync("Progeny.Gateway.dll", Data, "--urls", address);
        exitCode.ShouldBe(1);
        output.ShouldContain($"{address}: address already in use");
        output.Split('\n').Length.ShouldBe(1, output);

        (exitCode, output) = await NodeProcess.RunAsync(
            "Progeny.Silo.dll", Data, "--Silo:Port", $"{((IPEndPoint)taken.LocalEndpoint).Port}");
        exitCode.ShouldBe(1);
        output.ShouldStartWith("Silo:Port is ");
        output.Split('\n').Length.ShouldBe(1, output);
    }

    [Theory]
    [InlineData("--Releases:MaxRules 0", "Releases:MaxRules is 0; it must be 1 or more")]
    [InlineData("--Releases:MaxManifestBytes 2000000", "Releases:MaxManifestBytes is 2000000; it must be 1 to 1048576")]
    [InlineData("--Jobs:AtOnce 0", "Jobs:AtOnce is 0; it must be 1 or more")]
    [InlineData("--Jobs:AtOnce many", "'many' at 'Jobs:AtOnce'")]
    [InlineData("--Silo:Port 70000", "Silo:Port is 70000; it must be a port")]
    [InlineData("--Feeds:flights:Kind oracle", "Feeds:flights:Kind is 'oracle'; it must be sqlite, postgresql or duckdb.")]
    [InlineData("--urls nonsense", "nonsense")]
    public async Task Wrong_setting_is_refused_with_its_key_and_value(string settings, string said)
    {
        var (exitCode, output) = await NodeProcess.RunAsync("Progeny.Gateway.dll", Data, settings.Split(' '));
        exitCode.ShouldBe(1);
        output.ShouldContain(said);
        output.Split('\n').Length.ShouldBe(1, output);
    }

    [Fact]
    public async Task Data_folder_that_is_a_file_or_cannot_be_made_is_refused()
    {
        await File.WriteAllTextAsync(PathOf("file"), "");
        var (exitCode, output) = await NodeProcess.RunAsync("Progeny.Gateway.dll", PathOf("file"));
        exitCode.ShouldBe(1);
        output.ShouldContain("which is a file");
        output.Split('\n').Length.ShouldBe(1, output);

        (exitCode, output) = await NodeProcess.RunAsync("Progeny.Gateway.dll", Path.Combine(PathOf("file"), "below"));
        exitCode.ShouldBe(1);
        output.ShouldContain("cannot be used");
        output.Split('\n').Length.ShouldBe(1, output);
    }

    [Theory]
    [InlineData("grains.db")]
    [InlineData("queries.db")]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Damaged_database_is_refused_and_named(string name)
    {
        Directory.CreateDirectory(Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(Data, name), string.Join('\n', Enumerable.Repeat("no database", 1_000)));
        var (exitCode, output) = await NodeProcess.RunAsync("Progeny.Gateway.dll", Data);
        exitCode.ShouldBe(1);
        output.ShouldContain(name);
        output.Split('\n').Length.ShouldBe(1, output);
    }

    [Fact]
    public async Task Start_is_logged_with_the_versions_of_its_libraries_and_a_silo_stops_when_told_to()
    {
        using var silo = await NodeProcess.StartSiloAsync(Data);
        silo.Output.ShouldMatch("Progeny [0-9.]+ is up, on Orleans [0-9.]+ and ONNX Runtime [0-9.]+");
        (await silo.TerminateAsync()).ShouldBe(0);
        File.Exists(Path.Combine(Data, "LOCK.holder")).ShouldBeFalse();
    }
}
