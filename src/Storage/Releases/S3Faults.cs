using System.Net;
using Amazon.Runtime;
using Progeny.Abstractions.Common;

namespace Progeny.Storage.Releases;

/// <summary>Tells failures of an S3 service that pass by themselves from refusals.</summary>
internal static class S3Faults
{
    /// <summary>Whether the same request may succeed a little later.</summary>
    public static bool IsTransient(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError } => true,
        AmazonServiceException { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout } => true,
        AmazonServiceException { StatusCode: 0, InnerException: { } inner } => IsTransient(inner, cancellationToken),
        AmazonServiceException => false,
        AmazonClientException { InnerException: { } inner } => IsTransient(inner, cancellationToken),
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        HttpRequestException or IOException or TimeoutException or WebException => true,
        _ => false,
    };

    /// <summary>The failure as callers know it; it says what the service or the network said.</summary>
    public static StorageUnavailableException Unavailable(Exception exception) =>
        new($"The S3 service of the artifacts does not answer now: {exception.Message}", exception);

    /// <summary>A refusal that stays until an operator changes something, such as a wrong key or a missing bucket.</summary>
    public static IOException Refused(string bucket, Exception exception)
    {
        var code = exception is AmazonServiceException { ErrorCode: { Length: > 0 } found } ? $" ({found})" : "";
        return new IOException(
            $"The S3 service of the artifacts refuses a request for the bucket '{bucket}'{code}: {exception.Message} See "
                + "Artifacts:Bucket, Artifacts:Region and the key.",
            exception);
    }
}
