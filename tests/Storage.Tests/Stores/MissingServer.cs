using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Progeny.Storage.Tests.Stores;

/// <summary>A test that is skipped, since PostgreSQL is not installed.</summary>
public sealed class MissingServer : XunitTestCase
{
    public const string Reason = "PostgreSQL is not installed (Debian: apt-get install postgresql).";

    public MissingServer(IMessageSink messages, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(messages, display, options, method)
    {
    }

    [Obsolete("For the deserializer.")]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public MissingServer()
    {
    }

    /// <summary>Whether a test is of a class for PostgreSQL, and that is not there.</summary>
    public static bool IsMissing(ITestMethod method) =>
        PostgresServer.Programs is null && method.TestClass.Class.Name.Split('.')[^1].StartsWith("Postgres", StringComparison.Ordinal);

    protected override string GetSkipReason(IAttributeInfo factAttribute) => Reason;
}
