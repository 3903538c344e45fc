namespace Progeny.Storage.Tests.Releases.S3;

/// <summary>A refusal as an S3 service puts it.</summary>
internal sealed class S3Error(int status, string code) : Exception(code)
{
    public int Status { get; } = status;

    public string Code { get; } = code;
}
