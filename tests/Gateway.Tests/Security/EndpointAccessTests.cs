using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Security;
using Progeny.Gateway.Tests.Serving;

namespace Progeny.Gateway.Tests.Security;

/// <summary>What the endpoints of a gateway require of their callers.</summary>
[Collection(ServingCollection.Name)]
public sealed class EndpointAccessTests(ServingNode serving)
{
    [Fact]
    public void Each_endpoint_says_what_it_requires_and_names_the_project_that_it_is_about()
    {
        var endpoints = serving.Node.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();

        endpoints.Count.ShouldBeGreaterThan(50);
        foreach (var endpoint in endpoints)
        {
            var required = endpoint.Metadata.GetMetadata<RequiredAccess>();
            required.ShouldNotBeNull(endpoint.DisplayName);
            var names = endpoint.RoutePattern.Parameters.Select(parameter => parameter.Name).ToList();
            names.Exists(name => name is "project" or "model").ShouldBe(required.Scope == AccessScope.Project, endpoint.DisplayName);
            names.Contains("job").ShouldBe(required.Scope == AccessScope.Job, endpoint.DisplayName);
        }
    }
}
