using Grpc.Core;
using Progeny.Abstractions.Serving;

namespace Progeny.Gateway.Serving.Grpc;

/// <summary>Refusals of queries as statuses of gRPC, with the sentences that HTTP has.</summary>
internal static class InferenceErrors
{
    public static RpcException From(ServingError error) => new(new Status(CodeOf(error.Kind), ServingProblems.Describe(error)));

    private static StatusCode CodeOf(ServingErrorKind kind) => kind switch
    {
        ServingErrorKind.InvalidQuery => StatusCode.InvalidArgument,
        ServingErrorKind.NotFound => StatusCode.NotFound,
        ServingErrorKind.NotReady or ServingErrorKind.Gone => StatusCode.FailedPrecondition,
        ServingErrorKind.Unavailable => StatusCode.Unavailable,
        ServingErrorKind.Overloaded => StatusCode.ResourceExhausted,
        ServingErrorKind.DeadlineExceeded => StatusCode.DeadlineExceeded,
        _ => StatusCode.Internal,
    };
}
