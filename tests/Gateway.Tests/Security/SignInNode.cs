using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Security;

namespace Progeny.Gateway.Tests.Security;

/// <summary>A node at which people sign in, by keys or by an issuer.</summary>
public sealed class SignInNode : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public Issuer Issuer { get; private set; } = null!;

    public Node Node { get; private set; } = null!;

    /// <summary>The key for everything.</summary>
    public string Admin { get; private set; } = null!;

    public string Data => Path.Combine(_folder, "data");

    public async Task InitializeAsync()
    {
        Issuer = await Issuer.StartAsync();
        var admin = Path.Combine(_folder, "admin.key");
        Node = await Node.StartAsync(
            Data,
            "--Security:Enabled", "true", "--Security:AdminKeyFile", admin, "--Audit:RefusedPerMinute", "10000",
            "--Security:OpenIdConnect:Authority", Issuer.Address, "--Security:OpenIdConnect:RequireHttpsMetadata", "false",
            "--Security:OpenIdConnect:ClientId", Issuer.Client, "--Security:OpenIdConnect:ClientSecret", Issuer.Secret,
            "--Security:OpenIdConnect:Roles:ml-team", "developer:flights");
        Admin = (await File.ReadAllTextAsync(admin)).Trim();
    }

    public async Task<NewApiKey> CreateAsync(string name, params string[] access) => await Node.Services.GetRequiredService<ApiKeys>()
        .CreateAsync(name, ApiKeyChecks.ReadAccess(access), null, "the test", CancellationToken.None);

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        await Issuer.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
