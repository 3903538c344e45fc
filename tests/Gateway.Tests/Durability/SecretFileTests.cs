using Microsoft.Extensions.Configuration;
using Progeny.Storage.Common;

namespace Progeny.Gateway.Tests.Durability;

/// <summary>Secrets of a node come from files, and are printed nowhere.</summary>
[Collection("processes")]
public sealed class SecretFileTests : DataFixture
{
    private const string Planted = "planted-4d1f0c";

    [Fact]
    public async Task Secret_of_a_file_is_the_setting_without_its_line_break_and_a_file_that_others_may_read_is_named()
    {
        var file = Write("feed", "Data Source=flights.db\n", open: true);
        using var node = await NodeProcess.StartAsync(Data, "--Feeds:flights:Kind", "sqlite", "--Feeds:flights:ConnectionStringFile", file);

        node.Output.ShouldContain($"Feeds:flights:ConnectionStringFile: everybody on the machine may read the file '{file}'");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Feeds:flights:ConnectionStringFile", file)]);
        configuration.AddSecretFiles(configuration.Build()).Count.ShouldBe(OperatingSystem.IsWindows() ? 0 : 1);
        configuration.Build()["Feeds:flights:ConnectionString"].ShouldBe("Data Source=flights.db");
    }

    [Fact]
    public void Secret_of_a_systemd_credential_is_found_by_its_name()
    {
        Write("broker", $"amqp://user:{Planted}@127.0.0.1/\n");
        Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", Path.GetDirectoryName(PathOf("broker")));
        try
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Tap:RabbitMq:UriFile", "broker")]);

            configuration.AddSecretFiles(configuration.Build()).ShouldBeEmpty();

            configuration.Build()["Tap:RabbitMq:Uri"].ShouldBe($"amqp://user:{Planted}@127.0.0.1/");
        }
        finally
        {
            Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", null);
        }
    }

    [Theory]
    [InlineData("Cluster:ConnectionString", "Host=127.0.0.1;Port=1;Username=progeny;Password=@;Timeout=1")]
    [InlineData("Cluster:ConnectionString", "Host=127.0.0.1;Nonsense=@")]
    [InlineData("Cluster:ConnectionString", "@")]
    [InlineData("Feeds:a:ConnectionString", "@")]
    [InlineData("Feeds:a:ConnectionString", "Host=127.0.0.1;Port=@")]
    [InlineData("Tap:RabbitMq:Uri", "amqp://user:@@nowhere:99999/")]
    [InlineData("Tap:RabbitMq:Uri", "@")]
    [InlineData("Webhooks:ops:Url", "ftp://user:@@example.com/")]
    [InlineData("Webhooks:ops:Secret", "@", "planted")]
    [InlineData("Security:Pepper", "@", "planted")]
    public async Task Wrong_secret_keeps_a_node_from_starting_and_is_not_printed(string key, string value, string planted = Planted)
    {
        var file = Write(
            "secret",
            value.Replace("@@", planted + "@", StringComparison.Ordinal).Replace("=@", "=" + planted, StringComparison.Ordinal) is var text
                && text == "@" ? planted : text);
        string[] more = key switch
        {
            "Webhooks:ops:Secret" => ["--Webhooks:ops:Url", "http://127.0.0.1:1/"],
            "Webhooks:ops:Url" => ["--Webhooks:ops:Secret", "0123456789abcdef"],
            "Feeds:a:ConnectionString" => ["--Feeds:a:Kind", "postgresql"],
            "Security:Pepper" => ["--Security:Enabled", "true"],
            _ => [],
        };

        var (exitCode, output) = await NodeProcess.RunAsync("Progeny.Gateway.dll", Data, [$"--{key}File", file, .. more]);

        exitCode.ShouldBe(1, output);
        output.ShouldNotContain(planted, Case.Sensitive, output);
    }

    [Theory]
    [InlineData(
        "--Cluster:ConnectionString Host=x --Cluster:ConnectionStringFile /dev/null",
        "Cluster:ConnectionString and Cluster:ConnectionStringFile are both set; set one of them.")]
    [InlineData("--Tap:RabbitMq:UriFile /nowhere/uri", "Tap:RabbitMq:UriFile: the file '/nowhere/uri' cannot be read")]
    [InlineData("--Artifacts:SecretKeyFile /dev/null", "Artifacts:SecretKeyFile: the file '/dev/null' is empty; it must hold the secret.")]
    public async Task Secret_that_is_given_twice_or_cannot_be_read_is_refused(string settings, string said)
    {
        var (exitCode, output) = await NodeProcess.RunAsync("Progeny.Gateway.dll", Data, settings.Split(' '));

        exitCode.ShouldBe(1);
        output.ShouldContain(said);
        output.Split('\n').Length.ShouldBe(1, output);
    }

    private string Write(string name, string secret, bool open = false)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), secret);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | (open ? UnixFileMode.OtherRead : 0));
        return PathOf(name);
    }
}
