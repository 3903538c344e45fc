using System.Threading.Channels;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Serving.Inference;

/// <summary>
/// Counts, for each loaded model, the runs in a row that exceeded a bound of the node (time, memory, size of an output), and reports
/// generations whose models did so too often to serve on.
/// </summary>
/// <param name="most">After how many it is reported; 0: never.</param>
public sealed class ModelBounds(int most)
{
    private readonly Channel<(GenerationReference Generation, string Reason)> _reports =
        Channel.CreateBounded<(GenerationReference, string)>(
            new BoundedChannelOptions(1_000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>The generations that are to be taken out of their plans, with the reason.</summary>
    public ChannelReader<(GenerationReference Generation, string Reason)> Reports => _reports.Reader;

    /// <summary>The count of one loaded model.</summary>
    public Counter Of(GenerationReference generation) => new(this, generation);

    /// <summary>The runs in a row of one model that exceeded a bound.</summary>
    public sealed class Counter(ModelBounds bounds, GenerationReference generation)
    {
        private int _inARow;

        /// <summary>A run kept to the bounds.</summary>
        public void Kept()
        {
            // Written seldom, so that processors do not take the memory from each other with every query.
            if (Volatile.Read(ref _inARow) != 0)
                Volatile.Write(ref _inARow, 0);
        }

        /// <summary>A run exceeded a bound.</summary>
        public void Exceeded(string problem)
        {
            if (bounds.Max == 0 || Interlocked.Increment(ref _inARow) < bounds.Max)
                return;
            Volatile.Write(ref _inARow, 0);
            bounds._reports.Writer.TryWrite(
                (generation, $"{bounds.Max} runs of its model in a row exceeded a bound of the node; the last: {problem}"));
        }
    }

    private int Max => most;
}
