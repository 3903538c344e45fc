namespace Orleans.Streams
{
    /// <summary>The place of an event in its stream.</summary>
    [GenerateSerializer, Immutable]
    public abstract class StreamSequenceToken : IEquatable<StreamSequenceToken?>, IComparable<StreamSequenceToken?>
    {
        public abstract long SequenceNumber { get; protected set; }

        public abstract int EventIndex { get; protected set; }

        public abstract bool Equals(StreamSequenceToken? other);

        public abstract int CompareTo(StreamSequenceToken? other);
    }
}

namespace Orleans.Providers.Streams.Common
{
    /// <summary>The number of a batch, and of an event in it.</summary>
    [GenerateSerializer, Immutable]
    public class EventSequenceTokenV2 : Orleans.Streams.StreamSequenceToken
    {
        public EventSequenceTokenV2()
        {
        }

        public EventSequenceTokenV2(long seqNumber, int eventInd = 0) => (SequenceNumber, EventIndex) = (seqNumber, eventInd);

        [Id(0)]
        public sealed override long SequenceNumber { get; protected set; }

        [Id(1)]
        public sealed override int EventIndex { get; protected set; }

        public override bool Equals(Orleans.Streams.StreamSequenceToken? other) =>
            other is not null && SequenceNumber == other.SequenceNumber && EventIndex == other.EventIndex;

        public override bool Equals(object? obj) => Equals(obj as Orleans.Streams.StreamSequenceToken);

        public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);

        public override int CompareTo(Orleans.Streams.StreamSequenceToken? other) =>
            other is null ? 1 : (SequenceNumber, EventIndex).CompareTo((other.SequenceNumber, other.EventIndex));

        public override string ToString() => $"{SequenceNumber}[{EventIndex}]";
    }
}
