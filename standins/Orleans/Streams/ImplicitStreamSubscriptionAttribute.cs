using System.Text.RegularExpressions;
using Orleans.Streams;

namespace Orleans
{
    /// <summary>Every stream of a namespace is subscribed by the grain of this class that has the stream's key.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public class ImplicitStreamSubscriptionAttribute : Attribute
    {
        public ImplicitStreamSubscriptionAttribute() : this(new AllNamespaces())
        {
        }

        public ImplicitStreamSubscriptionAttribute(string streamNamespace, string? streamIdMapper = null) : this(new ExactNamespace(streamNamespace.Trim()), streamIdMapper)
        {
        }

        public ImplicitStreamSubscriptionAttribute(Type predicateType, string? streamIdMapper = null)
            : this((IStreamNamespacePredicate)Activator.CreateInstance(predicateType)!, streamIdMapper)
        {
        }

        public ImplicitStreamSubscriptionAttribute(IStreamNamespacePredicate predicate, string? streamIdMapper = null) =>
            (Predicate, StreamIdMapper) = (predicate, streamIdMapper);

        public IStreamNamespacePredicate Predicate { get; }

        public string? StreamIdMapper { get; init; }

        private sealed class AllNamespaces : IStreamNamespacePredicate
        {
            public string PredicatePattern => "*";

            public bool IsMatch(string streamNamespace) => true;
        }

        private sealed class ExactNamespace(string name) : IStreamNamespacePredicate
        {
            public string PredicatePattern => $"namespace:{name}";

            public bool IsMatch(string streamNamespace) => streamNamespace == name;
        }
    }

    /// <inheritdoc/>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public sealed class RegexImplicitStreamSubscriptionAttribute(string pattern) : ImplicitStreamSubscriptionAttribute(new Pattern(pattern))
    {
        private sealed class Pattern(string pattern) : IStreamNamespacePredicate
        {
            private readonly Regex regex = new(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

            public string PredicatePattern => $"regex:{pattern}";

            public bool IsMatch(string streamNamespace) => regex.IsMatch(streamNamespace);
        }
    }
}

namespace Orleans.Streams
{
    /// <summary>Chooses namespaces of streams.</summary>
    public interface IStreamNamespacePredicate
    {
        string PredicatePattern { get; }

        bool IsMatch(string streamNamespace);
    }
}
