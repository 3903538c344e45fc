using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Progeny.Storage.Tests;

/// <summary>Finds the tests of <see cref="ContractFactAttribute"/>.</summary>
public sealed class ContractFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        new Case(
            DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);

    /// <summary>Why a test of a class that needs PostgreSQL is skipped; null: it is not.</summary>
    internal static string? SkipReason(ITestMethod testMethod) =>
        PostgresServer.Programs is null && testMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsPostgresAttribute)).Any()
            ? "PostgreSQL is not installed (Debian: apt-get install postgresql)."
            : null;

    /// <summary>One test; it is made again from its text in the process that runs it.</summary>
    public sealed class Case : XunitTestCase
    {
        [EditorBrowsable(EditorBrowsableState.Never)]
        [Obsolete("For the serializer only.")]
        public Case()
        {
        }

        public Case(IMessageSink messages, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
            : base(messages, display, options, method)
        {
        }

        protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
            SkipReason(TestMethod) ?? base.GetSkipReason(factAttribute);
    }
}
