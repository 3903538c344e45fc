using Progeny.Cli.Common;
using Progeny.Cli.Tests.Support;

namespace Progeny.Cli.Tests.Security;

/// <summary><c>progeny key</c>, and the key that every command sends.</summary>
public sealed class KeyCommandsTests : IAsyncLifetime
{
    private const string Key =
        """{"id":"k3x9a2bq","name":"ci","status":"valid","allow":["developer:flights"],"created_at":"2026-11-29T12:00:00Z","created_by":"key:admin"}""";
    private const string New = $$"""{"secret":"pgy_k3x9a2bq_secret","key":{{Key}}}""";

    private FakeServer server = null!;

    public async Task InitializeAsync() => server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Create_prints_the_secret_alone_where_results_go()
    {
        server.Answer("POST /api/keys", New, 201);
        var run =
            (await server.RunAsync(
                "key", "create", "ci", "--allow", "developer:flights", "--allow", "viewer", "--expires", "90d")).ShouldSucceed();
        run.Out.Trim().ShouldBe("pgy_k3x9a2bq_secret");
        run.Error.ShouldContain("not shown again");
        server.BodyText.ShouldStartWith("""{"name":"ci","allow":["developer:flights","viewer"],"expires_at":""");
    }

    [Fact]
    public async Task Rotate_and_revoke_name_the_key_as_it_was_given()
    {
        server.Answer("POST /api/keys/ci/rotate", New, 201).Answer("POST /api/keys/k3x9a2bq/revoke?force=true", $"[{Key}]");
        (await server.RunAsync("key", "rotate", "ci", "--overlap", "2h")).ShouldSucceed().Out.Trim().ShouldBe("pgy_k3x9a2bq_secret");
        server.BodyText.ShouldBe("""{"overlap_seconds":7200}""");
        (await server.RunAsync("key", "revoke", "k3x9a2bq", "--force")).ShouldSucceed().Out.ShouldContain("ci");
    }

    [Fact]
    public async Task List_leaves_out_what_is_refused_unless_all_are_wanted()
    {
        var revoked = Key.Replace("\"valid\"", "\"revoked\"", StringComparison.Ordinal)
            .Replace("\"ci\"", "\"gone\"", StringComparison.Ordinal);
        server.Answer("GET /api/keys", $"[{Key},{revoked}]");
        var some = (await server.RunAsync("key", "list")).ShouldSucceed().Out;
        some.ShouldContain("ci");
        some.ShouldNotContain("gone");
        (await server.RunAsync("key", "list", "--all")).ShouldSucceed().Out.ShouldContain("gone");
    }

    [Fact]
    public async Task Key_is_sent_from_the_option_or_the_environment_or_a_file_in_this_order()
    {
        server.Answer("GET /api/projects", "[]");
        using var folder = new TemporaryFolder();
        var file = folder["key"];
        await File.WriteAllTextAsync(file, "from-file\n");
        var settings = new Dictionary<string, string?> { ["Server"] = server.Url, ["StandardKeyFile"] = file };

        (await CliRun.OfConfigured(settings, ["project", "list"])).ShouldSucceed();
        server.Authorization.ShouldBe("Bearer from-file");
        settings["StandardKeyFile"] = folder["none"];
        (await CliRun.OfConfigured(settings, ["project", "list"])).ShouldSucceed();
        server.Authorization.ShouldBeEmpty();
        settings["Key_File"] = file;
        (await CliRun.OfConfigured(settings, ["project", "list"])).ShouldSucceed();
        server.Authorization.ShouldBe("Bearer from-file");
        settings["Key"] = "from-environment";
        (await CliRun.OfConfigured(settings, ["project", "list"])).ShouldSucceed();
        server.Authorization.ShouldBe("Bearer from-environment");
        (await CliRun.OfConfigured(settings, ["project", "list", "--key", "from-option"])).ShouldSucceed();
        server.Authorization.ShouldBe("Bearer from-option");
    }

    [Fact]
    public async Task Refusal_says_how_a_key_is_given_or_which_one_was_sent()
    {
        server.Refuse("GET /api/projects", 401, """{"title":"Unauthorized","status":401,"detail":"This node asks who you are."}""");
        (await server.RunAsync("project", "list")).ShouldFail(ExitCodes.Failure, "PROGENY_KEY_FILE");
        (await server.RunAsync("project", "list", "--key", "pgy_wrong")).ShouldFail(
            ExitCodes.Failure, "that of --key").Error.ShouldNotContain("pgy_wrong");
        (await server.RunAsync("project", "list", "--key", "two words")).ShouldFail(ExitCodes.Usage, "--key");
        var settings = new Dictionary<string, string?> { ["Server"] = server.Url, ["Key_File"] = "/nowhere/key" };
        (await CliRun.OfConfigured(settings, ["project", "list"])).ShouldFail(ExitCodes.Usage, "/nowhere/key");
    }
}
