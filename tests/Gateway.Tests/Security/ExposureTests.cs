extern alias silo;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Progeny.Core.Security;
using Progeny.Gateway.Tests.Durability;
using Progeny.Gateway.Tests.Hosting;

namespace Progeny.Gateway.Tests.Security;

/// <summary>A node that other machines reach does not start without protection, unless the operator says so in words.</summary>
public sealed class ExposureTests : DataFixture
{
    [Theory]
    [InlineData("http://0.0.0.0:0", "authentication and TLS")]
    [InlineData("http://+:0", "authentication and TLS")]
    [InlineData("http://[::]:0", "authentication and TLS")]
    [InlineData("http://node.localhost:0", "authentication and TLS")]
    [InlineData("http://127.0.0.1.nip.io:0", "authentication and TLS")]
    [InlineData("http://127.0.0.1:0;http://10.1.2.3:0", "authentication and TLS", "http://10.1.2.3:0")]
    [InlineData("https://0.0.0.0:0", "authentication")]
    [InlineData("http://0.0.0.0:0", "TLS", null, true)]
    public void Address_that_others_reach_is_refused_and_named(string urls, string missing, string? named = null, bool isGuarded = false)
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Issue(PathOf("node"));
        string[] arguments = [
            "--urls",
            urls,
            "--Data",
            Data,
            "--Security:Tls:Certificate",
            certificate,
            "--Security:Tls:Key",
            key,
            "--Security:Enabled",
            isGuarded ? "true" : "false",
        ];

        foreach (var build in new Action[] { () => GatewayApp.Build(arguments), () => silo::Progeny.Silo.SiloApp.Build(arguments) })
        {
            var problem = Should.Throw<ExposureException>(build);
            problem.Message.ShouldStartWith($"The node listens on {named ?? urls} (urls), which other machines reach, without {missing};");
            problem.Message.ShouldContain("Security:AllowInsecure=true");
            problem.Message.ShouldNotContain("\n");
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.1.2.3:0")]
    [InlineData("http://[::1]:0")]
    [InlineData("http://localhost:0")]
    [InlineData("http://unix:/tmp/progeny-test.sock")]
    public async Task Address_of_this_machine_needs_nothing(string url) =>
        await GatewayApp.Build(["--urls", url, "--Data", Data]).DisposeAsync();

    [Fact]
    public void Address_with_https_needs_a_certificate()
    {
        var problem = Should.Throw<Grains.Common.SettingException>(
            () => GatewayApp.Build(["--urls", "https://127.0.0.1:0", "--Data", Data]));

        problem.Message.ShouldContain("https://127.0.0.1:0");
        problem.Message.ShouldContain("Security:Tls:Certificate is missing");
    }

    [Fact]
    public void Addresses_in_the_servers_own_section_are_refused()
    {
        var problem = Should.Throw<Grains.Common.SettingException>(
            () => GatewayApp.Build(["--Kestrel:Endpoints:All:Url", "http://0.0.0.0:0", "--Data", Data]));

        problem.Message.ShouldStartWith("Kestrel:Endpoints is set");
    }

    [Fact]
    public async Task What_is_allowed_in_words_is_said_in_the_log_each_minute()
    {
        using var log = new CapturedLog(LogLevel.Warning);
        await using var app = GatewayApp.Build(
            ["--urls", "http://0.0.0.0:0", "--Data", Data, "--Security:AllowInsecure", "true"],
            services => services.AddSingleton<ILoggerProvider>(log));
        var time = new FakeTimeProvider();
        var reminder = app.Services.GetServices<IHostedService>().Single(service => service.GetType().Name == "ExposureReminder");
        var service = (IHostedService)ActivatorUtilities.CreateInstance(app.Services, reminder.GetType(), time);
        await service.StartAsync(CancellationToken.None);
        for (var minute = 0; minute < 3; minute++)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            while (Said() < minute + 1)
                await Task.Delay(10, patience.Token);
            Said().ShouldBe(minute + 1);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        await service.StopAsync(CancellationToken.None);
        Said().ShouldBeInRange(3, 4);

        int Said() =>
            log.Entries.Count(
                entry =>
                    entry.Message.StartsWith(
                        "Security:AllowInsecure is set: The node listens on http://0.0.0.0:0 (urls)", StringComparison.Ordinal));
    }
}
