using System.Net;
using System.Text.RegularExpressions;
using Progeny.Gateway.Tests.Durability;

namespace Progeny.Gateway.Tests.Security;

/// <summary>How a node that asks everybody who they are comes to its first key, and to its pepper.</summary>
[Collection("processes")]
public sealed partial class FirstKeyTests : DataFixture
{
    [Fact]
    public async Task First_start_prints_a_key_for_everything_once()
    {
        string key;
        using (var node = await NodeProcess.StartAsync(Data, "--Security:Enabled", "true"))
        {
            key = Key().Matches(node.Output).ShouldHaveSingleItem().Value;
            (await StatusAsync(node.Http, key)).ShouldBe(HttpStatusCode.OK);
        }

        using var again = await NodeProcess.StartAsync(Data, "--Security:Enabled", "true");
        again.Output.ShouldNotContain("pgy_");
        (await StatusAsync(again.Http, key)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Key_file_is_written_for_its_owner_only_and_taken_from_then_on()
    {
        var file = PathOf("admin.key");
        string[] settings = ["--Security:Enabled", "true", "--Security:AdminKeyFile", file];
        await using (await Node.StartAsync(Data, settings))
        {
        }

        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            File.GetUnixFileMode(file).ShouldBe(Owner);
            File.GetUnixFileMode(Path.Combine(Data, "security.pepper")).ShouldBe(Owner);
        }

        var key = (await File.ReadAllTextAsync(file)).Trim();
        await using var node = await Node.StartAsync(Data, settings);
        (await StatusAsync(node.Http, key)).ShouldBe(HttpStatusCode.OK);
        (await File.ReadAllTextAsync(file)).Trim().ShouldBe(key);
        node.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        (await node.GetAsync("/api/keys")).AsArray().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Key_file_gives_a_new_key_where_none_for_everything_is_left()
    {
        var file = PathOf("admin.key");
        string[] settings = ["--Security:Enabled", "true", "--Security:AdminKeyFile", file];
        await using (var node = await Node.StartAsync(Data, settings))
        {
            node.Http.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(file)).Trim());
            await node.PostAsync("/api/keys/admin/revoke?force=true", new { });
        }

        var (exitCode, output) = await NodeProcess.RunAsync("Progeny.Gateway.dll", Data, settings);
        exitCode.ShouldBe(1);
        output.ShouldContain("was revoked");
        File.Delete(file);
        await using var again = await Node.StartAsync(Data, settings);
        (await StatusAsync(again.Http, (await File.ReadAllTextAsync(file)).Trim())).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Node_with_another_pepper_than_the_keys_were_made_with_does_not_start()
    {
        await using (await Node.StartAsync(
            Data, "--Security:Enabled", "true", "--Security:Pepper", new string('a', 40), "--Security:AdminKeyFile", PathOf("admin.key")))
        {
        }

        var (exitCode, output) = await NodeProcess.RunAsync(
            "Progeny.Gateway.dll", Data, "--Security:Enabled", "true", "--Security:Pepper", new string('b', 40));
        exitCode.ShouldBe(1);
        output.ShouldContain("Security:PepperFile");
    }

    [Theory]
    [InlineData("--Security:Pepper short", "Security:Pepper has 5 characters")]
    [InlineData("--Security:Pepper x --Security:PepperFile y", "both set")]
    [InlineData("--Security:PepperFile /nowhere/pepper", "Security:PepperFile: the file '/nowhere/pepper' cannot be read")]
    [InlineData("--Cluster:ConnectionString Host=127.0.0.1 --Security:AllowInsecure true", "Security:PepperFile")]
    public async Task Pepper_that_cannot_be_is_refused_in_a_sentence(string settings, string said)
    {
        var exception = await Should.ThrowAsync<Exception>(
            () => Node.StartAsync(Data, ["--Security:Enabled", "true", .. settings.Split(' ')]));
        exception.Message.ShouldContain(said);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/keys") { Headers = { Authorization = new("Bearer", key) } };
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    [GeneratedRegex("pgy_[A-Za-z0-9_-]{52}", RegexOptions.NonBacktracking)]
    private static partial Regex Key();
}
