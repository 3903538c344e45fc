namespace Progeny.Gateway.Common;

internal static class ProblemResponses
{
    /// <summary>Describes problem details with these statuses among the responses of an endpoint, or of each endpoint of a group.</summary>
    public static TBuilder WithProblems<TBuilder>(this TBuilder builder, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in statuses)
            builder.ProducesProblem(status);
        return builder;
    }
}
