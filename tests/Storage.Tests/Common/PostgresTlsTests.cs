using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Security;

namespace Progeny.Storage.Tests.Common;

/// <summary>The database of a cluster on another machine is reached with TLS that checks who answers.</summary>
public sealed class PostgresTlsTests
{
    [Theory]
    [InlineData("Host=db.example", "db.example with SSL Mode=Prefer")]
    [InlineData("Host=db.example;SSL Mode=Require", "db.example with SSL Mode=Require")]
    [InlineData("Host=10.0.0.7;SSL Mode=Disable", "10.0.0.7 with SSL Mode=Disable")]
    [InlineData("Host=localhost,db.example:5433", "db.example:5433 with SSL Mode=Prefer")]
    [InlineData("Host=localhost.example", "localhost.example with SSL Mode=Prefer")]
    public void Server_elsewhere_without_it_is_refused_and_named(string connection, string named)
    {
        var problem = Should.Throw<ExposureException>(() => Add(connection));

        problem.Message.ShouldStartWith($"Cluster:ConnectionString names PostgreSQL on {named}, which does not check who answers there;");
        problem.Message.ShouldContain("SSL Mode=VerifyFull");
    }

    [Theory]
    [InlineData("Host=localhost")]
    [InlineData("Host=127.0.0.1;Port=5433")]
    [InlineData("Host=::1")]
    [InlineData("Host=127.0.0.1:5433,localhost:5434")]
    [InlineData("Host=/var/run/postgresql")]
    [InlineData("Host=db.example;SSL Mode=VerifyFull")]
    [InlineData("Host=db.example;SSL Mode=VerifyCA")]
    public void Server_of_this_machine_or_with_it_is_taken(string connection) => Add(connection).ShouldBeEmpty();

    [Fact]
    public void What_is_allowed_in_words_is_kept_for_the_log() =>
        Add("Host=db.example", "true").Single().Description.ShouldStartWith("Cluster:ConnectionString names PostgreSQL on db.example");

    private static IEnumerable<Exposure> Add(string connection, string? isAllowed = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Cluster:ConnectionString", $"{connection};Database=progeny"), new(Exposure.Setting, isAllowed)])
            .Build();
        return new ServiceCollection().AddProgenyStorage(configuration).Where(service => service.ServiceType == typeof(Exposure))
            .Select(service => (Exposure)service.ImplementationInstance!);
    }
}
