extern alias silo;

using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Security;
using SiloApp = silo::Progeny.Silo.SiloApp;

namespace Progeny.Gateway.Tests.Security;

/// <summary>What endpoints require of their callers, and what docs/security.md says of it.</summary>
public sealed class EndpointAccessTests(SecuredNode secured) : IClassFixture<SecuredNode>
{
    [Fact]
    public void Each_endpoint_says_what_it_requires_and_names_the_project_that_it_is_about()
    {
        var endpoints = Endpoints();

        endpoints.Count.ShouldBeGreaterThan(60);
        foreach (var endpoint in endpoints)
        {
            var required = endpoint.Metadata.GetMetadata<RequiredAccess>();
            required.ShouldNotBeNull(endpoint.DisplayName);
            var names = endpoint.RoutePattern.Parameters.Select(parameter => parameter.Name).ToList();
            names.Exists(name => name is "project" or "model").ShouldBe(required.Scope == AccessScope.Project, endpoint.DisplayName);
            names.Contains("job").ShouldBe(required.Scope == AccessScope.Job, endpoint.DisplayName);
            names.Contains("dataset").ShouldBe(required.Scope == AccessScope.Dataset, endpoint.DisplayName);
        }
    }

    [Fact]
    public void Table_of_endpoints_says_what_each_one_requires_and_has_no_others()
    {
        var expected = Endpoints().SelectMany(AccessTable.RowsOf).Select(row => row.ToString()).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToList();
        var rows = AccessTable.Read().Select(row => row.ToString()).ToList();

        rows.Distinct(StringComparer.Ordinal).Count().ShouldBe(rows.Count);
        expected.Except(rows).ShouldBeEmpty("docs/security.md lacks rows");
        rows.Except(expected).ShouldBeEmpty("docs/security.md has rows of no endpoint");
    }

    /// <summary>Those of a gateway, and those of a silo without the HTTP API.</summary>
    private List<RouteEndpoint> Endpoints()
    {
        var silo = SiloApp.Build(["--Data", Path.Combine(Path.GetTempPath(), "progeny-test-unused"), "--Dashboard:Enabled", "true"]);
        return [.. secured.Node.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Concat(((IEndpointRouteBuilder)silo).DataSources.SelectMany(source => source.Endpoints)).OfType<RouteEndpoint>()];
    }
}
