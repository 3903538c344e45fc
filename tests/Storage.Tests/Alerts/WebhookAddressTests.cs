using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Progeny.Core.Alerts;

namespace Progeny.Storage.Tests.Alerts;

/// <summary>Webhooks are called at addresses of the public internet, and in networks that an operator names.</summary>
public sealed class WebhookAddressTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("0.0.0.0")]
    [InlineData("2130706433")]
    [InlineData("0177.0.0.1")]
    [InlineData("0x7f000001")]
    [InlineData("127.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("[::]")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:10.0.0.1]")]
    [InlineData("[::127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[2002:7f00:1::1]")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("[fe80::1]")]
    [InlineData("[ff02::1]")]
    public async Task Address_that_is_not_public_is_refused_at_start(string host)
    {
        using var built = Build(("Webhooks:ops:Url", $"http://{host}:1/hook"));

        var problem = await Should.ThrowAsync<OptionsValidationException>(() => built.StartAsync());

        problem.Message.ShouldStartWith(
            "Webhooks:ops:Url is at an address that is not of the public internet; Webhooks:AllowedNetworks must name its network");
    }

    [Theory]
    [InlineData("93.184.215.14")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("[2606:2800:21f:cb07:6820:80da:af6b:8b2c]")]
    [InlineData("hooks.example")]
    public void Address_that_is_public_or_a_name_is_taken(string host)
    {
        using var built = Build(("Webhooks:ops:Url", $"https://{host}/hook"));

        built.Services.GetRequiredService<IOptions<Storage.Alerts.WebhooksOptions>>().Value.Webhooks.ShouldContainKey("ops");
    }

    [Fact]
    public async Task Name_that_leads_to_this_machine_is_not_called_unless_its_network_is_allowed()
    {
        // A name to the validator, and an address of this machine once it is resolved.
        var name = Dns.GetHostName();
        var address = (await Dns.GetHostAddressesAsync(name))[0];
        using var listener = new TcpListener(address, 0);
        listener.Start();
        var url = $"http://{name}:{((IPEndPoint)listener.LocalEndpoint).Port}/hook";
        using (var refused = Build(("Webhooks:ops:Url", url)))
        {
            var problem = await refused.Services.GetRequiredService<IWebhooks>().SendAsync("flights", "ops", "1", "{}", default);
            problem.ShouldBe("The webhook 'ops' is at an address that this node may not call; the node's log says which.");
            listener.Pending().ShouldBeFalse();
        }

        using var allowed = Build(
            ("Webhooks:ops:Url", url),
            ("Webhooks:AllowedNetworks", $"192.0.2.0/24, {address}/{(address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)}"));
        var sending = allowed.Services.GetRequiredService<IWebhooks>().SendAsync("flights", "ops", "1", "{}", default);
        using var connection = await listener.AcceptSocketAsync().WaitAsync(TimeSpan.FromSeconds(10));
        await connection.SendAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray());
        (await sending).ShouldBeNull();
    }

    [Fact]
    public async Task Network_that_is_none_is_refused_and_named()
    {
        using var built = Build(("Webhooks:ops:Url", "https://hooks.example/"), ("Webhooks:AllowedNetworks", "10.0.0.0/8, 300.0.0.0/8"));

        (await Should.ThrowAsync<OptionsValidationException>(() => built.StartAsync())).Message
            .ShouldBe(
                "Webhooks:AllowedNetworks has '300.0.0.0/8'; it must be networks with commas between them, such as 10.0.0.0/8, fd00::/8.");
    }

    public void Dispose() => folder.Dispose();

    private IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            settings.Append(("Data", folder["data"])).Append(("Webhooks:ops:Secret", "0123456789abcdef"))
                .Select(setting => KeyValuePair.Create(setting.Item1, (string?)setting.Item2)));
        builder.Services.AddLogging().AddProgenyStorage(builder.Configuration);
        return builder.Build();
    }
}
