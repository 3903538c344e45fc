using Progeny.Core.Evaluation;
using Progeny.Core.Experiments.Statistics;

namespace Progeny.Core.Explanations.Backtests;

/// <summary>The losses of queries that were answered twice.</summary>
internal sealed class PairedLosses(int places)
{
    private readonly ClusteredMean _differences = new(places);
    private double _served;
    private double _own;
    private long _better;
    private long _worse;

    public void Add(ulong cluster, double served, double own)
    {
        _differences.Add(cluster, own - served);
        _served += served;
        _own += own;
        if (own < served)
            _better++;
        else if (own > served)
            _worse++;
    }

    public BacktestSlice Measure(double alpha)
    {
        var rows = _differences.Count;
        var interval = _differences.IntervalAt(alpha);
        return new BacktestSlice
        {
            Rows = rows,
            Clusters = _differences.Clusters,
            ServedLoss = rows == 0 ? null : _served / rows,
            Loss = rows == 0 ? null : _own / rows,
            Difference = _differences.Mean,
            Low = interval?.Low,
            High = interval?.High,
            Better = _better,
            Worse = _worse,
        };
    }
}
