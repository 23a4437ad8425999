import { check } from '../../core/errors.ts'

/**
 * The reward of each text less the mean of the others of its vector, [n · samples]. A text's own reward is not in what it
 * is compared with, so that the gradient's expectation stays what it is without (Kool et al. 2019, "Buy 4 REINFORCE samples,
 * get a baseline for free").
 *
 * @param rewards [n · samples], `samples` of each vector one after another
 */
export function leaveOneOut(rewards: Float32Array, samples: number): Float32Array {
  check(samples > 1, 'samples', samples, '2 or more')
  const advantages = new Float32Array(rewards.length)
  for (let first = 0; first < rewards.length; first += samples) {
    const own = rewards.subarray(first, first + samples)
    const sum = own.reduce((total, reward) => total + reward, 0)
    own.forEach((reward, i) => {
      advantages[first + i] = reward - (sum - reward) / (samples - 1)
    })
  }
  return advantages
}

/**
 * The reward of each text less that of its vector's likeliest one (Rennie et al. 2017, arXiv 1612.00563), [n · samples].
 *
 * @param greedy [n]
 */
export function lessGreedy(rewards: Float32Array, greedy: Float32Array, samples: number): Float32Array {
  return rewards.map((reward, i) => reward - greedy[Math.floor(i / samples)]!)
}
