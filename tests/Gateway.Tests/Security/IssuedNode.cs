namespace Progeny.Gateway.Tests.Security;

/// <summary>A node that believes the tokens of an issuer.</summary>
public sealed class IssuedNode : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("progeny-test-").FullName;

    public Issuer Issuer { get; private set; } = null!;

    public Node Node { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Issuer = await Issuer.StartAsync();
        Node = await Node.StartAsync(_folder, [.. Issuer.JwtSettings, "--Security:Jwt:Roles:data-team", "operator:flights, viewer"]);
    }

    public async Task DisposeAsync()
    {
        await Node.DisposeAsync();
        await Issuer.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
